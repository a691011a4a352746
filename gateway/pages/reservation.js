// Claims the seats that a mail offers. The token stands behind the "#", which is sent to nobody.
"use strict";

const path = "/api/v1/reservations/" + encodeURIComponent(location.pathname.split("/").pop());
const form = document.getElementById("claim");
const standing = document.getElementById("standing");
const problem = document.getElementById("problem");
// The same for every try from this page: whoever clicks twice orders once.
const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function call(method, target, body) {
  const headers = { Authorization: "Bearer " + location.hash.slice(1) };
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["Idempotency-Key"] = key;
  const answer = await fetch(target, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail || told.title);
  return told;
}

function show(reservation) {
  const seats = reservation.items.reduce((sum, item) => sum + item.held, 0);
  const open = reservation.status === "held" || reservation.status === "offered";
  const until = open ? ", yours until " + new Date(reservation.expires_at).toLocaleString() : "";
  standing.textContent = (open ? `${seats} ${seats === 1 ? "seat" : "seats"}` : `The reservation is ${reservation.status}`) + until + ".";
  form.hidden = !open;
}

async function attempt(action) {
  problem.textContent = "";
  try {
    await action();
  } catch (failure) {
    problem.textContent = failure.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  attempt(async () => {
    const buyer = { name: fields.get("name"), email: fields.get("email") };
    const order = await call("POST", path + "/order", { buyer, payment: fields.get("payment") });
    if (order.payment_url) location.assign(order.payment_url);
    form.hidden = true;
    standing.textContent = `Ordered: ${order.id}. Your access code is ${order.access_code}.`;
  });
});
document.getElementById("decline").addEventListener("click", () => attempt(async () => show(await call("DELETE", path))));
attempt(async () => show(await call("GET", path)));
