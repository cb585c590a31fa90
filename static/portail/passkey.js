/* Passkeys: forms marked data-passkey="login|get|create". Without JavaScript or WebAuthn they stay hidden. */
(() => {
  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const decodeIds = (list) => (list || []).map((item) => ({ ...item, id: decode(item.id) }));

  const toJSON = (credential) => {
    const response = {};
    for (const key of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[key]) response[key] = encode(credential.response[key]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const get = (options) => {
    const publicKey = options.request_options.publicKey;
    publicKey.challenge = decode(publicKey.challenge);
    publicKey.allowCredentials = decodeIds(publicKey.allowCredentials);
    return navigator.credentials.get({ publicKey });
  };

  const create = (options, form) => {
    const publicKey = options.creation_options.publicKey;
    publicKey.challenge = decode(publicKey.challenge);
    publicKey.user.id = decode(publicKey.user.id);
    publicKey.excludeCredentials = decodeIds(publicKey.excludeCredentials);
    const box = form.elements.passwordless;
    if (box) {
      publicKey.authenticatorSelection = {
        ...publicKey.authenticatorSelection,
        residentKey: box.checked ? "required" : "discouraged",
        requireResidentKey: box.checked,
        userVerification: box.checked ? "required" : "preferred",
      };
    }
    return navigator.credentials.create({ publicKey });
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  if (!window.PublicKeyCredential) {
    for (const why of document.querySelectorAll("[data-passkey-absent]")) why.hidden = false;
  }

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    const reasons = [...form.querySelectorAll("[data-passkey-failed]")];
    const say = (name) => {
      const known = reasons.find((one) => one.dataset.passkeyFailed === name) || reasons[0];
      for (const one of reasons) one.hidden = !name || one !== known;
    };
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say("");
      try {
        const options = await optionsOf(form);
        const ceremony = form.dataset.passkey === "create" ? create : get;
        form.elements.credential.value = JSON.stringify(toJSON(await ceremony(options, form)));
        form.submit();
      } catch (error) {
        say(error.name);
      }
    });
  }
})();
