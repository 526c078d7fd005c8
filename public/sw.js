// The worker of the installed portal. It keeps the offline page and files whose names say their content; nothing of a person
// ever goes through a cache here. Without a network a page is answered by the offline page, in words of its own.
const KEPT = 'guichet-1';
const OFFLINE = '/offline';

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    // Without cookies: the page of nobody.
    const page = await fetch(OFFLINE, { credentials: 'omit', cache: 'no-store' });
    if (!page.ok) throw new Error('no offline page');
    const text = await page.clone().text();
    await cache.put(OFFLINE, page);
    // What it looks like.
    const files = [...text.matchAll(/(?:href|src)="(\/pkg\/[^"#]+)/g)].map((found) => found[1]);
    await Promise.all([...new Set(files)].map((file) => cache.add(file).catch(() => {})));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(async () => (await caches.match(OFFLINE)) ?? Response.error()));
  } else if (url.pathname.startsWith('/pkg/')) {
    // The browser keeps these by itself; ours are for when there is no network.
    event.respondWith(fetch(request).catch(async () => (await caches.match(url.pathname)) ?? Response.error()));
  }
});
