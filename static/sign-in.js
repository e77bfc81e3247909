// The sign-in page: asks Google (Identity Toolkit's REST API) for an ID token, and hands that, never the password, to
// the service. Written by hand because Firebase's own module comes from another host, which the
// Content-Security-Policy refuses, and is fifty times this size.

const form = document.getElementById("sign-in");
const email = document.getElementById("email");
const password = document.getElementById("password");
const fault = document.getElementById("fault");
const done = document.getElementById("done");
const buttons = form.querySelectorAll("button");

// A request without an answer must not leave the form dead.
const TIMEOUT_MILLISECONDS = 15000;

const NO_MATCH = "That address and password don’t match an account.";
const CLOSED = "New accounts are made by an administrator here. Ask for one.";
const FAULTS = {
  ADMIN_ONLY_OPERATION: CLOSED,
  EMAIL_EXISTS: "There is an account with this address already. Sign in with its password.",
  EMAIL_NOT_FOUND: NO_MATCH,
  INVALID_EMAIL: "That is no email address.",
  INVALID_LOGIN_CREDENTIALS: NO_MATCH,
  INVALID_PASSWORD: NO_MATCH,
  MISSING_EMAIL: "Enter your email address first.",
  MISSING_PASSWORD: "Enter a password.",
  OPERATION_NOT_ALLOWED: "Signing in with a password is switched off for this project.",
  PASSWORD_DOES_NOT_MEET_REQUIREMENTS: "This password does not meet the project’s rules. Take a longer one.",
  TOO_MANY_ATTEMPTS_TRY_LATER: "Too many attempts. Wait a while, or reset the password.",
  USER_DISABLED: "This account has been switched off.",
  WEAK_PASSWORD: "This password is too short. Take at least six characters.",
};

async function call(method, body) {
  const response = await fetch(`${form.dataset.url}/accounts:${method}?key=${encodeURIComponent(form.dataset.key)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  const answer = await response.json();
  if (!response.ok) {
    // Some codes are followed by an explanation: `WEAK_PASSWORD : Password should be…`.
    const code = String(answer.error?.message ?? "").split(/[ :]/)[0];
    throw new Error(FAULTS[code] ?? `Google refused the sign-in (${code || response.status}).`);
  }
  return answer;
}

// Whether the page is being left.
async function act(method) {
  if (method === "sendOobCode") {
    // The mail leads to a page of Google's on another host, which then offers the way back to this one.
    const back = location.origin + location.pathname;
    await call(method, { requestType: "PASSWORD_RESET", email: email.value, continueUrl: back });
    say(done, "If there is such an account, a link to set a new password is on its way to the address.");
    return false;
  }
  const answer = await call(method, { email: email.value, password: password.value, returnSecureToken: true });
  document.getElementById("id-token").value = answer.idToken;
  form.submit();
  return true;
}

function say(place, text) {
  place.textContent = text;
  place.hidden = text === "";
}

function enable(on) {
  for (const button of buttons) button.disabled = !on;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(fault, "");
  say(done, "");
  enable(false);
  let leaving = false;
  try {
    leaving = await act(event.submitter?.value ?? "signInWithPassword");
  } catch (error) {
    const unreached = error instanceof TypeError || error instanceof SyntaxError || error.name === "TimeoutError";
    say(fault, unreached ? "Google could not be reached. Try again." : error.message);
  }
  enable(!leaving);
});

// Back from the next page, the browser may show this one as it was left.
window.addEventListener("pageshow", () => enable(true));
