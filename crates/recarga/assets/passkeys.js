// Forms that a passkey signs: data-passkey says whether one is made ("add") or used ("use"), data-begin where the
// question comes from. What the key answers goes into the form's hidden fields, and the form is sent.
(() => {
  "use strict";
  const bytes = (text) => new TextEncoder().encode(text);
  const decoded = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const encoded = (buffer) => {
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  // What we can check: ES256, EdDSA, RS256.
  const ALGORITHMS = [-7, -8, -257].map((alg) => ({ type: "public-key", alg }));

  const add = async ({ challenge, host, user, known }) => {
    const publicKey = {
      challenge: bytes(challenge),
      rp: { id: host, name: "Recarga" },
      user: { id: decoded(user.id), name: user.login, displayName: user.name },
      pubKeyCredParams: ALGORITHMS,
      excludeCredentials: known.map((id) => ({ type: "public-key", id: decoded(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    };
    const made = await navigator.credentials.create({ publicKey });
    return {
      id: made.id,
      client_data: encoded(made.response.clientDataJSON),
      signed: encoded(made.response.getAuthenticatorData()),
      public_key: encoded(made.response.getPublicKey()),
    };
  };

  const use = async ({ challenge, host }) => {
    const publicKey = { challenge: bytes(challenge), rpId: host, userVerification: "required" };
    const given = await navigator.credentials.get({ publicKey });
    return {
      id: given.id,
      client_data: encoded(given.response.clientDataJSON),
      signed: encoded(given.response.authenticatorData),
      signature: encoded(given.response.signature),
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        const asked = await fetch(form.dataset.begin, { method: "POST", credentials: "same-origin" });
        const answer = await (form.dataset.passkey === "add" ? add : use)(await asked.json());
        for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
