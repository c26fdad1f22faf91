/* Keeps the last board with its files, and shows it when there is no network: never an error page, never an old
   form. What is no page of ours (a proxy's error, the sign-in page of a foreign network) counts as no network.
   Only the board, the page that says “no network” and files that never change are kept: nothing of anybody's. */
'use strict';
var KEPT = 'board', PATIENCE = 6000;

self.addEventListener('install', function () { self.skipWaiting(); });
self.addEventListener('activate', function (event) { event.waitUntil(self.clients.claim()); });

function isFile(address) { return /^\/assets\//.test(address.pathname) || /\/share\.png$/.test(address.pathname); }
function boardOf(address) { return (/^\/kiosk\/[a-z0-9-]+/.exec(address.pathname) || [''])[0]; }
function isBoard(address) { return boardOf(address) !== '' && boardOf(address) === address.pathname; }

/* Keep a board: first everything it needs, then itself, then let go of what it needs no more. */
function keep(address, answer) {
  return answer.text().then(function (text) {
    var path = address.pathname, needed = [path + '/offline' + address.search], found, pattern = /(?:href|src)="(\/assets\/[^"]+|[^"]+\/share\.png[^"]*)"/g;
    while ((found = pattern.exec(text))) { needed.push(found[1]); }
    return caches.open(KEPT).then(function (cache) {
      return Promise.all(needed.map(function (address) {
        return cache.match(address).then(function (has) {
          return has && isFile(new URL(address, self.location)) ? null : cache.add(new Request(address, { credentials: 'same-origin' }));
        });
      })).then(function () {
        return cache.put(path, new Response(text, { headers: { 'Content-Type': 'text/html; charset=utf-8', 'Kiosk-Page': 'board', 'Kiosk-Kept': '1' } }));
      }).then(function () {
        return cache.keys();
      }).then(function (keys) {
        return Promise.all(keys.map(function (key) {
          var address = new URL(key.url);
          var wanted = address.pathname === path || needed.indexOf(address.pathname + address.search) >= 0;
          return wanted ? null : cache.delete(key);
        }));
      });
    });
  }).catch(function () { /* no room, or the network went in between: the board kept before stays */ });
}

/* A page that is gone to is asked for with its detours followed: one that leads to another host fails, and so
   is no page of ours; one that stays here is gone to under the address where it ended. */
function ask(request) {
  var goes = request.mode === 'navigate' && request.method === 'GET', asked = request;
  if (goes) {
    asked = new Request(request.url, { credentials: 'same-origin', cache: 'no-cache', headers: { Accept: 'text/html' } });
  }
  return new Promise(function (good, bad) {
    setTimeout(function () { bad(new Error('slow')); }, PATIENCE);
    fetch(asked).then(good, bad);
  }).then(function (answer) {
    var ours = answer.headers.get('Kiosk-Page') && answer.status < 500;
    if (!ours && answer.type !== 'opaqueredirect') { throw new Error('no page of ours'); }
    return goes && answer.redirected ? Response.redirect(answer.url, 302) : answer;
  });
}

function board(event, address) {
  var wanted = event.request.mode === 'navigate' || event.request.headers.get('Kiosk-Keep');
  return ask(event.request).then(function (answer) {
    var said = answer.headers.get('Kiosk-Page');
    if (said === 'board' && wanted) { event.waitUntil(keep(address, answer.clone())); }
    else if (said === 'pair') { event.waitUntil(caches.delete(KEPT)); }   // taken back: nothing stays
    return answer;
  }).catch(function (fault) {
    // Whoever asks for news wants none that is old.
    if (event.request.mode !== 'navigate') { throw fault; }
    return caches.match(address.pathname).then(function (kept) { return kept || fetch(event.request); });
  });
}

function page(event, address) {
  return ask(event.request).catch(function (fault) {
    return caches.match(boardOf(address) + '/offline', { ignoreSearch: true }).then(function (kept) { if (kept) { return kept; } throw fault; });
  });
}

self.addEventListener('fetch', function (event) {
  var request = event.request, address = new URL(request.url);
  if (address.origin !== self.location.origin) { return; }
  if (request.method === 'GET' && isFile(address)) {
    event.respondWith(caches.match(request).then(function (kept) { return kept || fetch(request); }));
  } else if (request.method === 'GET' && isBoard(address)) {
    event.respondWith(board(event, address));
  } else if (request.mode === 'navigate') {
    event.respondWith(page(event, address));
  }
});
