{% comment %}Acts on /v and /v/… only: a QR code can then be checked without a connection.{% endcomment %}"use strict";
const CACHE = "verification-VERSION";
const STATIC = "{{ static_url|escapejs }}";
const SHELL = "/v";
const SOURCES = [{% for source in sources %}"{{ source|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

// The page names its own styles and scripts; all of them are kept with it.
async function keepAssets(cache, page) {
  const html = await page.text();
  const found = [...html.matchAll(/(?:href|src|data-fallback)="([^"]+)"/g)].map((match) => match[1]);
  const assets = [...new Set(found)].filter((url) => url.startsWith(STATIC));
  await Promise.all(assets.map(async (url) => (await cache.match(url)) || cache.add(url)));
}

async function keep(cache, url, response) {
  if (!response.ok || response.redirected) return;
  await cache.put(url, response.clone());
  if (url === SHELL) await keepAssets(cache, response.clone());
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await Promise.all(SOURCES.map(async (url) => keep(cache, url, await fetch(url, { cache: "reload" }))));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("verification-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

// The network first, for three seconds; then what was kept.
async function fresh(event, url) {
  const cache = await caches.open(CACHE);
  const network = fetch(event.request).then(async (response) => {
    await keep(cache, url, response.clone());
    return response;
  });
  event.waitUntil(network.catch(() => undefined));
  const late = new Promise((resolve) => setTimeout(resolve, 3000));
  try {
    const first = await Promise.race([network, late]);
    return first || (await cache.match(url)) || (await network);
  } catch (error) {
    const kept = await cache.match(url);
    if (kept) return kept;
    throw error;
  }
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) || fetch(request);
}

function fromVerification(request) {
  if (!request.referrer) return false;
  const path = new URL(request.referrer).pathname;
  return path === SHELL || path.startsWith("/v/") || path.startsWith(`${STATIC}documents/`);
}

// A typed code needs the register: without a connection, its page says so and keeps what was typed.
async function register(event, url) {
  try {
    return await fetch(event.request);
  } catch (error) {
    const typed = url.pathname === SHELL ? url.searchParams.get("code") : url.pathname.split("/")[2];
    return Response.redirect(`${SHELL}#hors-ligne=${encodeURIComponent(typed || "")}`);
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (SOURCES.includes(url.pathname) && !url.search) event.respondWith(fresh(event, url.pathname));
  else if (request.mode === "navigate" && (url.pathname === SHELL || url.pathname.startsWith("/v/"))) event.respondWith(register(event, url));
  else if (url.pathname.startsWith(STATIC) && fromVerification(request)) event.respondWith(kept(request));
});
