// Sends the password with the token that stands behind the # of a mailed link, which the browser sends to nobody.
"use strict";

const form = document.getElementById("password-form");
const outcome = document.getElementById("outcome");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

if (/^[A-Za-z0-9_=-]{16,128}$/.test(token)) form.hidden = false;
else outcome.textContent = "The link is not whole. Open it as it stands in the mail.";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  outcome.textContent = "…";
  const answer = await fetch(form.dataset.call + token, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ password: form.elements.password.value }),
  });
  if (answer.ok) {
    form.hidden = true;
    outcome.textContent = "Done. You can sign in now.";
  } else {
    outcome.textContent = (await answer.json()).detail;
  }
});
