// Stripe's own form, in its own frame: no card number comes near us.
"use strict";
const form = document.getElementById("payment");
const problem = document.getElementById("problem");
const stripe = Stripe(form.dataset.key);
const elements = stripe.elements({ clientSecret: form.dataset.secret });
elements.create("payment").mount("#elements");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("pay").disabled = true;
  const { error } = await stripe.confirmPayment({
    elements,
    confirmParams: { return_url: form.dataset.back },
  });
  // Only reached when it failed at once; else the browser goes to Stripe and back.
  problem.textContent = error.message;
  document.getElementById("pay").disabled = false;
});
