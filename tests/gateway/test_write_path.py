"""Batches, commits and lag as Prometheus sees them."""

import time

from gateway.metrics import exposition
from gateway.write_path import WritePath


def test_batches_and_commits_are_counted_by_size_and_time() -> None:
    path = WritePath()
    path.answered(3, 700)
    path.answered(600, 0)
    text = exposition(path).decode()
    assert 'contoso_batch_items_bucket{le="4"} 1.0' in text
    assert "contoso_batch_items_count 2.0" in text
    assert "contoso_batch_items_sum 603.0" in text
    assert 'contoso_commit_seconds_bucket{le="0.001"} 1.0' in text
    assert "contoso_commit_seconds_count 1.0" in text, "a batch without an append is no commit"


def test_the_lag_is_the_age_of_the_newest_event_that_the_read_models_know() -> None:
    path = WritePath()
    path.published(int(time.time() * 1000) - 60_000)
    path.published(0)
    text = exposition(path).decode()
    assert 'contoso_read_model_lag_seconds_bucket{le="5.0"} 0.0' in text
    assert "contoso_read_model_lag_seconds_count 1.0" in text
