/* Keeps a screen alive for months: the clock, what takes turns, fresh news, dim nights, whoever walked away.
   The pages are whole without it. Written for Chromium 69; all words stand in the pages. Times are in ms. */
(function () {
  'use strict';
  var MINUTE = 60000, HOUR = 60 * MINUTE,
      TURN = 12000,            // a slide stands so long, a page of rows twice that
      NEWS = MINUTE,           // so often the board asks for news
      STALE = 3 * MINUTE,      // without news for so long, the board says so
      KEEP = 10 * MINUTE,      // so often the worker keeps a copy: not each minute, its memory wears out
      BEAT = 5 * MINUTE,       // so often the screen says how it fares
      WARNING = 10000,         // the question whether somebody is there stands so long
      PATIENCE = 20000,        // for an answer from the server
      LEAVING = 30000,         // on the way home for so long before it sets out anew
      STUCK = 3 * MINUTE,      // nothing has turned for so long: load anew
      WRONG = MINUTE,          // a clock that is further off is called wrong
      FIXED = 12;              // digits of a fixed line with its area code
  var root = document.documentElement, main = document.getElementById('main');
  if (!main) { return; }
  var kind = main.getAttribute('data-kiosk'), home = main.getAttribute('data-home'), isBoard = kind === 'board';

  function each(list, work) { for (var i = 0; i < list.length; i += 1) { work(list[i], i); } }
  function all(selector, within) { return (within || document).querySelectorAll(selector); }
  function one(selector, within) { return (within || document).querySelector(selector); }
  function data(node, name) { return node.getAttribute('data-' + name) || ''; }
  function toggle(node, name, on) { if (node) { node.classList.toggle(name, Boolean(on)); } }
  function write(node, text) { if (node && node.textContent !== String(text)) { node.textContent = text; } }
  function two(number) { return (number < 10 ? '0' : '') + number; }
  function steady() { return performance.now(); }   // runs on when somebody sets the clock

  /* ---------- time as it is at the stations, whatever zone the device was given ---------- */
  var zone = Number(data(main, 'zone') || -new Date().getTimezoneOffset()) * MINUTE;
  function wall(moment) { return new Date(moment + zone); }
  function hours(moment) { var at = wall(moment); return two(at.getUTCHours()) + ':' + two(at.getUTCMinutes()); }
  function day(moment) {
    var at = wall(moment);
    return at.getUTCFullYear() + '-' + two(at.getUTCMonth() + 1) + '-' + two(at.getUTCDate());
  }

  /* ---------- one thing that fails stops nothing else; what fails again and again is loaded anew ---------- */
  var faults = 0, began = steady();
  function every(interval, work) {
    return setInterval(function () { try { work(); } catch (fault) { faults += 1; } }, interval);
  }
  var setOut = -HOUR;
  function leave(way) {                    // who sets out each second never arrives: that begins the way anew
    if (steady() - setOut < LEAVING) { return; }
    setOut = steady();
    way();
  }
  function reload() { leave(function () { location.reload(); }); }
  function loadAnew() { if (steady() - began > 10 * MINUTE) { reload(); } }   // never round and round
  function goHome() { leave(function () { location.replace(home); }); }

  /* ---------- asking the server; whatever is no page of ours counts as no answer ---------- */
  function ask(method, address, body, answered, failed, headers) {
    var request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = PATIENCE;
    each(Object.keys(headers || {}), function (name) { request.setRequestHeader(name, headers[name]); });
    if (body) { request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded'); }
    request.onload = function () {
      var said = request.getResponseHeader('Kiosk-Page');
      if (request.status >= 500 || (!said && request.status !== 204)) { return failed(request); }
      answered(request, said);
    };
    request.onerror = request.ontimeout = function () { failed(request); };
    request.send(body || null);
  }
  function parse(text) { return new DOMParser().parseFromString(text, 'text/html'); }

  /* ---------- the board ---------- */
  var asOf = Number(data(main, 'at') || 0) * 1000 || Date.now(), clockOff = 0, heardAt = -HOUR, turn = 0, turned = steady(),
      fetched = {}, slides = [], shownSlide = 0, today = '';

  function rowsOf(list) {
    var rows = [];
    each(all('li', list), function (row) { if (!/ past\b/.test(row.className)) { rows.push(row); } });
    return rows.sort(function (a, b) { return data(a, 'turn') - data(b, 'turn'); });
  }
  function judgeRows(list, now) {          // what each row says, by the device's clock
    var left = 0, over = Number(data(one('.over', list) || list, 'over') || 0);
    each(all('li', list), function (row) {
      var from = data(row, 'from') * 1000, to = data(row, 'to') * 1000, minutes = Math.round((from - now) / MINUTE), state;
      state = /cancelled/.test(row.className) ? 'cancelled' : now >= to ? 'past' : now >= from ? 'running' : 'coming';
      if (state === 'cancelled' && now >= to) { state = 'cancelled past'; }
      if (state === 'past') { over += 1; } else if (state === 'running' || state === 'coming') { left += 1; }
      var soon = state === 'coming' && minutes > 0 && minutes <= 120, off = / off\b/.test(row.className);
      var wanted = 'row ' + state + (soon ? ' soon' : '') + (off ? ' off' : '');
      if (row.className !== wanted) { row.className = wanted; }
      if (soon) { write(one('.mins', row), minutes); }
    });
    write(one('h2 .left', list), left);
    write(one('.over', list), over);
    toggle(one('.overs', list), 'none', !over);
    toggle(list, 'done', !left);
    toggle(one('.k-none', list), 'on', !left && !rowsOf(list).length);
  }
  function pageRows(list) {                // as many as fit, each in its turn
    var rows = rowsOf(list), box = one('ol', list), tall = 0, fit, pages, from;
    if (!box || !rows.length) { return; }
    each(rows, function (row) { row.classList.remove('off'); });
    each(rows, function (row) { tall = Math.max(tall, row.offsetHeight); });
    if (!tall) { return; }
    fit = Math.max(1, Math.floor(box.clientHeight / tall));
    pages = Math.ceil(rows.length / fit);
    from = Math.floor(turn) % pages * fit;
    each(rows, function (row, at) {
      // The last page is filled up from the first, so that no half of the board stands empty.
      var shown = (at >= from && at < from + fit) || (pages > 1 && from + fit > rows.length && at < from + fit - rows.length);
      toggle(row, 'off', !shown);
    });
  }
  function listNow() { return one('#lists > .on'); }
  function isOfWeek(date) { return Boolean(one('#lists [data-day="' + date + '"]')); }

  function lay() {                         // everything on the board that changes with the clock
    var now = Date.now(), date, found, bright, night;
    // The clock shows what the device says; which day it is, whoever gave the news knows better.
    if (steady() - heardAt < STALE && day(now) !== day(now - clockOff)) { now -= clockOff; }
    date = day(now);
    found = isOfWeek(date);
    each(all('#dates [data-day],#lists [data-day]'), function (node) {
      toggle(node, 'on', data(node, 'day') === (found ? date : 'later'));
    });
    if (date !== today) { today = date; turn = shownSlide = 0; lineUp(); }
    if (listNow() && found) { judgeRows(listNow(), now); }
    each(all('#slides .festival'), function (slide) {
      var days = Math.round((Date.parse(data(slide, 'until')) - Date.parse(date)) / (24 * HOUR));
      write(one('.days', slide), days);
      toggle(slide, 'today', days === 0);
    });
    bright = one('#dates .on') ? data(one('#dates .on'), 'bright').split('-') : ['07:00', '20:00'];
    night = hours(now) < bright[0] || hours(now) >= bright[1];
    toggle(root, 'night', night);
    sayHowFresh(Date.now());
    if (Date.now() - asOf > STALE) { return; }
    // At night nobody sees the page blink: load what is new, and anyway once, so that memory begins afresh.
    if ((night && pending) || (wall(now).getUTCHours() === 3 && steady() - began > 2 * HOUR)) { loadAnew(); }
  }
  function sayHowFresh(now) {
    var note = one('.k-note'), text = hours(asOf);
    if (day(asOf) !== day(now)) { text = day(asOf).slice(5) + ' ' + text; }
    write(one('#as-of'), text);
    toggle(note, 'stale', now - asOf > STALE);
    toggle(note, 'wrong', Math.abs(clockOff) > WRONG);
  }
  function lineUp() {                      // the slides of today
    slides = [];
    each(all('#slides > *'), function (slide) {
      var seen = data(slide, 'day'), until = data(slide, 'until');
      if ((!seen || seen === today) && (!until || until >= today)) { slides.push(slide); } else { slide.classList.remove('on'); }
    });
    toggle(one('#slides'), 'live', slides.length);
    shownSlide = Math.min(shownSlide, Math.max(0, slides.length - 1));
    showSlide();
  }
  function showSlide() { each(slides, function (slide, at) { toggle(slide, 'on', at === shownSlide); }); }
  function turnOver() {
    turn += 0.5;
    if (listNow() && turn % 1 === 0) { pageRows(listNow()); }
    if (slides.length) { shownSlide = (shownSlide + 1) % slides.length; showSlide(); }
    turned = steady();
  }
  function shift() {                       // a circle of four pixels, against burning in
    var step = Math.floor(Date.now() / (3 * MINUTE)) % 8 * Math.PI / 4;
    main.style.transform = 'translate(' + Math.round(4 * Math.cos(step)) + 'px,' + Math.round(4 * Math.sin(step)) + 'px)';
  }

  /* ---------- news ---------- */
  var pending = false,                     // a new release waits for the night
      keptAt = -HOUR;
  function take(name, from) {
    var node = document.getElementById(name), text = from.getElementById(name).innerHTML;
    if (fetched[name] === text) { return false; }
    node.innerHTML = fetched[name] = text;
    return true;
  }
  function news() {
    var sent = Date.now(), keep = {}, worker = navigator.serviceWorker;
    if (worker && worker.controller && steady() - keptAt > KEEP) { keep['Kiosk-Keep'] = '1'; keptAt = steady(); }
    ask('GET', home, null, function (request, said) {
      if (said !== 'board') { return goHome(); }            // taken back: it says so itself
      var page = parse(request.responseText), fresh = page.getElementById('main'), server;
      if (!fresh || data(fresh, 'kiosk') !== 'board') { return; }
      if (data(fresh, 'load') !== data(main, 'load')) { return reload(); }   // somebody asked for it
      pending = data(fresh, 'build') !== data(main, 'build');
      server = Date.parse(request.getResponseHeader('Date'));
      // The server tells whole seconds, and the answer took some time.
      if (server) { clockOff = Math.round((Date.now() + sent) / 2 - server - 500); }
      asOf = Date.now();
      heardAt = steady();
      take('dates', page);
      take('lists', page);
      if (take('slides', page)) { lineUp(); }
      faults = 0;
      lay();
      if (listNow()) { pageRows(listNow()); }
      beat();
    }, function () { keptAt = -HOUR; lay(); }, keep);
  }

  /* ---------- how the screen fares ---------- */
  function beat() {
    var said;
    if (Math.abs(Date.now() - store()) < BEAT || !data(main, 'beat') || kind === 'pair') { return; }
    store(Date.now());
    said = { build: data(main, 'build'), shows: kind, size: screen.width + '×' + screen.height };
    if (heardAt > 0) {                     // by the server's clock, which only news tells
      said.clock = Math.round(clockOff / 1000);
      said.data = Math.round((asOf - clockOff) / 1000);
    }
    ask('POST', data(main, 'beat'), encode(said), function () {}, function () { store(0); });
  }
  function store(moment) {                 // when it last did, from page to page; no page lives long but the board
    try {
      if (moment !== undefined) { localStorage.setItem('beat', moment); }
      return Number(localStorage.getItem('beat') || 0);
    } catch (full) { return moment === undefined ? 0 : moment; }
  }
  function encode(fields) {
    return Object.keys(fields).map(function (name) { return name + '=' + encodeURIComponent(fields[name]); }).join('&');
  }

  /* ---------- whoever is touching, and whoever walked away ---------- */
  var touched = steady();
  function touch() { touched = steady(); over('still', false); }
  function over(id, on) { var node = document.getElementById(id); if (node) { node.hidden = !on; } }
  function lookWhetherAlone() {
    var idle = Number(data(main, 'idle') || 60) * 1000, alone = steady() - touched;
    if (data(main, 'back') && alone > data(main, 'back') * 1000) { return goHome(); }
    if (isBoard || kind === 'pair') { return; }
    if (alone > idle + WARNING) { return forget(); }
    if (alone > idle) {
      over('need', false);
      over('still', true);
      write(one('#still .left'), Math.ceil((idle + WARNING - alone) / 1000));
    }
  }
  function forget() {                      // nothing typed stays, wherever the way home leads
    each(all('form'), function (form) { form.reset(); });
    each(all('input[data-digits]'), function (field) { field.value = ''; });
    main.textContent = '';
    goHome();
  }

  /* ---------- links and forms leave no history ---------- */
  function follow(event) {
    var link = event.target.closest ? event.target.closest('a[href]') : null, button;
    if (link) {
      event.preventDefault();
      if (link.getAttribute('href').charAt(0) === '#') { return; }
      return location.replace(link.href);
    }
    button = event.target.closest && event.target.closest('button');
    if (isBoard && !button) { return location.replace(data(main, 'touch')); }
    if (button && button.id === 'stay') { return touch(); }
    if (button && button.id === 'again') { return over('need', false); }
    if (button && button.name === 'key') { event.preventDefault(); return press(button); }
    pressed = button;
  }
  var pressed = null, sending = false;
  function send(event) {
    var form = event.target, fields = [], stamp = function (name, value) {
      fields.push(encodeURIComponent(name) + '=' + encodeURIComponent(value));
    };
    if ((form.getAttribute('method') || '').toLowerCase() !== 'post') { return; }
    event.preventDefault();
    if (sending) { return; }
    each(form.elements, function (field) {
      var choice = field.type === 'checkbox' || field.type === 'radio';
      if (field.name && !field.disabled && field.type !== 'submit' && field.type !== 'button' && (!choice || field.checked)) {
        stamp(field.name, field.value);
      }
    });
    var button = pressed && pressed.form === form ? pressed : null;
    if (button && button.name) { stamp(button.name, button.value); }
    pressed = null;
    sending = true;
    toggle(main, 'busy', true);
    function done() { sending = false; toggle(main, 'busy', false); }
    ask('POST', form.action, fields.join('&'), function (request, said) {
      done();
      if (said === 'board' || said === 'pair') { return goHome(); }
      swap(request.responseText, button);
    }, function () { done(); over('need', true); });
  }
  function swap(text, button) {
    var page = parse(text), fresh = page.getElementById('main'), old = main, scrolled = one('.k-scroll', main), wrong, first;
    if (!fresh) { return over('need', true); }
    main = document.importNode(fresh, true);
    old.parentNode.replaceChild(main, old);
    kind = data(main, 'kiosk');
    document.title = page.title;
    each(all('input[data-digits]'), show);
    first = one('[autofocus]', main) || (button && one('[name="' + button.name + '"][value="' + button.value + '"]', main));
    if (first) { first.focus({ preventScroll: true }); }
    wrong = one('.bad', main) || one('.flash[role=alert]', main);
    // What is wrong comes into sight; whoever only pressed + or - stays where they were.
    if (wrong) { wrong.scrollIntoView({ block: 'nearest' }); }
    else if (scrolled && one('.k-scroll', main)) { one('.k-scroll', main).scrollTop = scrolled.scrollTop; }
    touch();
  }

  /* ---------- keys for digits ---------- */
  function press(button) {
    var field = one('input[data-digits]', button.form), value;
    if (!field || sending) { return; }     // the answer would overwrite it
    value = field.value;
    if (button.value === 'del') { value = value.slice(0, -1); }
    else if (button.value === 'clear') { value = ''; }
    else if (value.length < (value.charAt(0) === '0' ? FIXED : Number(data(field, 'digits')))) { value += button.value; }
    field.value = value;
    show(field);
  }
  function grouped(digits) {               // as numbers are read out; area codes 010 and 02x have three digits
    var first = digits.charAt(0) === '0' && !/^(010|02)/.test(digits) ? 4 : 3;
    return (digits.slice(0, first) + ' ' + digits.slice(first, first + 4) + ' ' + digits.slice(first + 4)).trim();
  }
  function show(field) {
    var slot = one('[data-shows="' + field.name + '"]'), missing = data(field, 'digits') - field.value.length;
    if (field.value.charAt(0) === '0') { missing = 0; }    // a fixed line, of 10 to 12 digits
    if (!slot) { return; }
    write(one('.digits', slot), grouped(field.value));
    write(one('.left b', slot), missing);
    if (one('.left', slot)) { one('.left', slot).hidden = missing <= 0; }
  }

  /* ---------- a screen that waits to be paired ---------- */
  function codeOn(page) { var code = page.getElementById('code'); return code ? code.textContent : ''; }
  var asking = false;                      // two answers to one question would be two codes
  function waitToBePaired() {
    var form = document.getElementById('ask');
    if (asking) { return; }
    asking = true;
    function again() { asking = false; }
    if (form) {
      return ask('POST', form.action, 'csrf_token=' + encodeURIComponent(form.elements.csrf_token.value), function (request, said) {
        if (said === 'pair') { return goHome(); }
        if (request.status === 400) { return setTimeout(goHome, 3000); }   // its token is over: a new page has one
        swap(request.responseText);        // why there is no code; that page leads back by itself
        again();
      }, again);
    }
    ask('GET', home, null, function (request, said) {
      // Paired; or its code is over by the server's clock, so it has none, or another one, now.
      if (said !== 'pair' || codeOn(parse(request.responseText)) !== codeOn(document)) { return goHome(); }
      again();
    }, again);
  }

  /* ---------- begin ---------- */
  function tick() {
    var now = Date.now();
    write(document.getElementById('clock'), hours(now));
    lookWhetherAlone();
  }
  var suspect = false;
  function watch() {
    // Twice in a row: a device that slept wakes up with everything due at once.
    var stuck = faults > 20 || (isBoard && slides.length > 1 && steady() - turned > STUCK);
    if (stuck && suspect) { loadAnew(); }
    suspect = stuck;
  }
  each(['touchstart', 'mousedown', 'keydown'], function (name) { addEventListener(name, touch, { passive: true }); });
  addEventListener('contextmenu', function (event) { event.preventDefault(); });
  document.addEventListener('click', follow);
  document.addEventListener('submit', send);
  every(1000, tick);
  setInterval(watch, 30000);
  every(15000, beat);
  if (kind === 'pair') {
    if ('caches' in window) { caches.keys().then(function (names) { each(names, function (name) { caches.delete(name); }); }); }
    every(5000, waitToBePaired);
    if (document.getElementById('ask')) { setTimeout(waitToBePaired, 500); }
  }
  if (isBoard) {
    each(['dates', 'lists', 'slides'], function (name) { fetched[name] = ''; });
    lay();
    if (listNow()) { pageRows(listNow()); }
    shift();
    every(TURN, turnOver);
    every(5000, lay);
    every(3 * MINUTE, shift);
    every(NEWS, news);
    addEventListener('online', news);
    addEventListener('resize', function () { if (listNow()) { pageRows(listNow()); } });
    setTimeout(news, 3000);
  }
  each(all('input[data-digits]'), show);
  if ('serviceWorker' in navigator && data(main, 'worker')) {
    navigator.serviceWorker.register(data(main, 'worker'), { scope: data(main, 'worker').replace(/[^\/]*$/, '') });
  }
}());
