/* Service worker: keeps the hashed files of the room at hand, so that a member on a weak network is back at once.
   Pages, API answers and archive files are never kept: they belong to one person. */
const SHELL = __SHELL__;
const CACHE =
  "shell-" +
  SHELL.join("|")
    .split("")
    .reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7)
    .toString(36);
const BASE = "/static/";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL.map((name) => BASE + name)))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("shell-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(BASE)) return;
  const name = url.pathname.slice(BASE.length);
  if (name === "sw.js" || !/\.[\w-]{8,}\.(js|css)$/.test(name)) return;
  event.respondWith(
    caches.match(event.request).then(
      (kept) =>
        kept ||
        fetch(event.request).then((answer) => {
          if (answer.ok && SHELL.includes(name)) {
            const copy = answer.clone();
            event.waitUntil(caches.open(CACHE).then((cache) => cache.put(event.request, copy)));
          }
          return answer;
        }),
    ),
  );
});
