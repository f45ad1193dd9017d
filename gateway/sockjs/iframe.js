/* The script of SockJS' page for iframes (/ws/iframe.html): for a page of another origin whose browser has
 * no cross-origin requests, or that asks for an iframe transport, it runs the transport here, on our origin,
 * and passes frames on by messages between the windows. The messages are those of sockjs-client 1.x: JSON
 * {windowId, type, data}; in come s (start: [version, transport, session's URL, base URL]), m (a message,
 * encoded) and c (close), out go s (ready), t (a frame) and c ([code, reason]). ES5: who needs this is old. */
(function () {
  "use strict";

  var SILENCE_MS = 60000; /* the gateway sends something every 25 s */
  var windowId = window.location.hash.slice(1);
  var parent = null; /* its origin, which the first message tells */
  var session = null;
  var counter = 0;

  function post(type, data) {
    window.parent.postMessage(JSON.stringify({ windowId: windowId, type: type, data: data || "" }),
                              parent === null || parent === "null" ? "*" : parent);
  }

  /* ---- receivers: receive(url, take, again, fail) begins one response; the result aborts it ---- */

  /* take(frame) for every whole line; again when it has ended well. */
  function receiveLines(path) {
    return function (url, take, again, fail) {
      var request = new XMLHttpRequest(), position = 0;
      function read() {
        var end;
        while ((end = request.responseText.indexOf("\n", position)) >= 0) {
          take(request.responseText.slice(position, end));
          position = end + 1;
        }
      }
      request.open("POST", url + path, true);
      request.onprogress = read;
      request.onload = function () {
        if (request.status !== 200)
          return fail();
        read();
        again();
      };
      request.onerror = fail;
      request.send(null);
      return function () { request.abort(); };
    };
  }

  function receiveEvents(url, take, again, fail) {
    var source = new EventSource(url + "/eventsource");
    source.onmessage = function (event) { take(decodeURI(event.data)); };
    source.onerror = function () {
      var lost = source.readyState === 2;
      source.close();
      if (lost)
        fail();
      else
        again();
    };
    return function () { source.close(); };
  }

  function receiveScripts(url, take, again, fail) {
    var name = "receiver" + ++counter, frame = document.createElement("iframe");
    function end(then) {
      if (!window[name])
        return;
      window[name] = null;
      window.setTimeout(function () { document.body.removeChild(frame); }, 0);
      if (then)
        then();
    }
    window[name] = { start: function () { frame.onload = null; }, message: take, stop: function () { end(again); } };
    frame.style.display = "none";
    frame.onload = frame.onerror = function () { end(fail); };
    frame.src = url + "/htmlfile?c=" + name;
    document.body.appendChild(frame);
    return function () { end(null); };
  }

  var receivers = {
    "xhr-polling": receiveLines("/xhr"),
    "xhr-streaming": receiveLines("/xhr_streaming"),
    "eventsource": receiveEvents,
    "htmlfile": receiveScripts
  };

  /* ---- a session ---- */

  function Session(receive, url) {
    var self = this;
    var queue = [], sending = false, open = true, abort = null, watching = null;

    function fail(reason) {
      if (!open)
        return;
      self.close();
      post("c", JSON.stringify([1006, reason]));
    }

    /* Of a connection that nobody cut in due form no browser tells; nor Chromium of a page (htmlfile) that
     * had begun to come when it was cut. */
    function watch() {
      window.clearTimeout(watching);
      watching = window.setTimeout(function () { fail("Nothing was received for long"); }, SILENCE_MS);
    }

    function take(frame) {
      if (!open)
        return;
      watch();
      if (!frame || /^hh/.test(frame)) /* the prelude */
        return;
      post("t", frame);
      if (frame.charAt(0) === "c")
        self.close();
    }

    function begin() {
      if (open)
        abort = receive(url, take, begin, function () { fail("Receiving failed"); });
    }

    function flush() {
      if (sending || !queue.length)
        return;
      var request = new XMLHttpRequest();
      sending = true;
      request.open("POST", url + "/xhr_send", true);
      request.onload = function () {
        sending = false;
        if (request.status !== 200 && request.status !== 204)
          fail("Sending failed: " + request.status);
        else
          flush();
      };
      request.onerror = function () { fail("Sending failed"); };
      request.send("[" + queue.join(",") + "]");
      queue = [];
    }

    this.send = function (message) {
      queue.push(message);
      flush();
    };
    this.close = function () {
      open = false;
      queue = [];
      window.clearTimeout(watching);
      if (abort)
        abort();
    };
    watch();
    begin();
  }

  /* ---- the parent ---- */

  /* Whether it is on this very origin. */
  function isOurs(url) {
    var link = document.createElement("a");
    link.href = url;
    return link.protocol === window.location.protocol && link.host === window.location.host;
  }

  function start(data) {
    var transport = data[1], url = data[2];
    if (!session && receivers.hasOwnProperty(transport) && isOurs(url) && isOurs(data[3]))
      session = new Session(receivers[transport], url);
    else
      post("c", JSON.stringify([1006, "No such transport here"]));
  }

  function listen(event) {
    var message;
    if (event.source !== window.parent || (parent !== null && event.origin !== parent))
      return;
    try {
      message = JSON.parse(event.data);
    } catch (ignored) {
      return;
    }
    if (!message || message.windowId !== windowId)
      return;
    parent = event.origin;
    if (message.type === "s")
      start(JSON.parse(message.data));
    else if (message.type === "m" && session)
      session.send(message.data);
    else if (message.type === "c" && session)
      session.close();
  }

  window.SockJS = {
    bootstrap_iframe: function () {
      window.addEventListener("message", listen, false);
      post("s");
    }
  };
  if (window._sockjs_onload)
    window.setTimeout(window._sockjs_onload, 1);
}());
