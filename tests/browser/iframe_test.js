/* node iframe_test.js SCRIPT: SCRIPT, the one of SockJS' page for iframes, in a window that is none: time and
 * requests are the test's. Browsers run it in browser_test.py. */
"use strict";

const assert = require("assert");
const fs = require("fs");
const vm = require("vm");

const script = fs.readFileSync(process.argv[2], "utf8");
const HERE = "https://duels.example", THERE = "https://front.example";

class Window {
  constructor() {
    Object.assign(this, { now: 0, timers: new Map(), posted: [], requests: [], listeners: [] });
    const world = this;
    this.parent = { postMessage: (text, origin) => this.posted.push({ ...JSON.parse(text), origin }) };
    const window = {
      location: { hash: "#w1", protocol: "https:", host: "duels.example" },
      parent: this.parent,
      setTimeout: (then, ms) => { const id = {}; this.timers.set(id, { then, at: this.now + ms }); return id; },
      clearTimeout: id => this.timers.delete(id),
      addEventListener: (_, listener) => this.listeners.push(listener),
    };
    class XMLHttpRequest {
      open(method, url) { Object.assign(this, { method, url, responseText: "" }); }
      send(body) { this.body = body; world.requests.push(this); }
      abort() { this.aborted = true; }
    }
    const document = { createElement: () => ({ set href(url) { Object.assign(this, { protocol: new URL(url).protocol, host: new URL(url).host }); } }) };
    vm.runInNewContext(script, { window, document, XMLHttpRequest, JSON });
    window.SockJS.bootstrap_iframe();
  }

  say(type, data, origin = THERE) {
    for (const listener of this.listeners)
      listener({ source: this.parent, origin, data: JSON.stringify({ windowId: "w1", type, data }) });
  }

  start(transport, base = HERE) {
    this.say("s", JSON.stringify(["1.6.1", transport, base + "/ws/0/a", base + "/ws"]));
    return this.requests[0];
  }

  pass(ms) {
    this.now += ms;
    for (const [id, { then, at }] of [...this.timers])
      if (at <= this.now && this.timers.delete(id))
        then();
  }

  /* What it told its parent since it was last asked: "t o" and the like. */
  told() {
    return this.posted.splice(0).map(({ type, data }) => `${type} ${data}`.trim());
  }
}

function receives(request, text) {
  request.responseText += text;
  request.onprogress();
}

function ends(request, status) {
  request.status = status;
  request.onload();
}

const tests = {
  "frames are passed on, and streams begin anew"() {
    const window = new Window();
    assert.deepStrictEqual(window.told(), ["s"]);
    const stream = window.start("xhr-streaming");
    assert.deepStrictEqual([stream.method, stream.url], ["POST", HERE + "/ws/0/a/xhr_streaming"]);
    receives(stream, "h".repeat(2048) + "\no\na[\"1");
    receives(stream, "\"]\n");
    ends(stream, 200);
    assert.deepStrictEqual(window.told(), ["t o", 't a["1"]']);
    assert.strictEqual(window.requests.length, 2);
    ends(window.requests[1], 503);
    assert.deepStrictEqual(window.told(), ['c [1006,"Receiving failed"]']);
  },

  "silence is an end"() {
    const window = new Window(), stream = window.start("xhr-streaming");
    window.pass(50000);
    receives(stream, "o\n");
    window.pass(50000);
    receives(stream, "h\n");
    window.pass(59999);
    assert.deepStrictEqual(window.told(), ["s", "t o", "t h"]);
    window.pass(1);
    assert.deepStrictEqual(window.told(), ['c [1006,"Nothing was received for long"]']);
    assert.ok(stream.aborted);
    assert.strictEqual(window.timers.size, 0);
  },

  "what ends is not waited for"() {
    const window = new Window();
    receives(window.start("xhr-polling"), 'o\nc[3000,"Go away!"]\n');
    assert.strictEqual(window.timers.size, 0);
    const closed = new Window(), stream = closed.start("xhr-streaming");
    closed.say("c");
    assert.ok(stream.aborted);
    assert.strictEqual(closed.timers.size, 0);
  },

  "messages are sent in order, one request at a time"() {
    const window = new Window();
    window.start("xhr-streaming");
    for (const text of ['"1"', '"2"', '"3"'])
      window.say("m", text);
    const [, first] = window.requests;
    assert.deepStrictEqual([first.url, first.body], [HERE + "/ws/0/a/xhr_send", '["1"]']);
    assert.strictEqual(window.requests.length, 2);
    ends(first, 204);
    assert.strictEqual(window.requests[2].body, '["2","3"]');
    ends(window.requests[2], 404);
    assert.deepStrictEqual(window.told(), ["s", 'c [1006,"Sending failed: 404"]']);
  },

  "other origins get nothing"() {
    const window = new Window();
    assert.strictEqual(window.start("xhr-streaming", "https://else.example"), undefined);
    assert.deepStrictEqual(window.told(), ["s", 'c [1006,"No such transport here"]']);
    window.say("s", JSON.stringify(["1.6.1", "xhr-streaming", HERE + "/ws/0/a", HERE + "/ws"]), "https://else.example");
    assert.strictEqual(window.requests.length, 0); // the first who spoke is the parent
  },
};

for (const [name, test] of Object.entries(tests)) {
  test();
  console.log(`${name}: ok`);
}
