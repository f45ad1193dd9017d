/* A whole duel by two users with one of the STOMP clients that frontends use, over whatever socket they are
 * given. Runs in Node.js and, as a classic script, in a browser; ends with what both saw, or throws. */
"use strict";

(function (root) {
  const WAIT_MS = 110000; // for anything that must come
  const FELT_MS = 15000;  // for a client to notice that its connection was cut
  const pause = () => new Promise(done => setTimeout(done, 50));

  /* Both libraries behind four words: start, subscribe at every connection, stop, and nothing else of ours. */
  const clients = {
    "stompjs"(libraries, socket, token, note, onConnect) {
      let client, stopped = false;
      function start() {
        client = libraries.Stomp.over(socket());
        client.debug = note;
        client.connect({ Authorization: "Bearer " + token }, () => onConnect(client), () => {
          if (!stopped)
            setTimeout(start, 100); // this library leaves coming back to its user
        });
      }
      start();
      return { stop: () => new Promise(done => { stopped = true; client.disconnect(done); }) };
    },

    "@stomp/stompjs"(libraries, socket, token, note, onConnect) {
      const client = new libraries.StompJs.Client({
        webSocketFactory: socket,
        connectHeaders: { Authorization: "Bearer " + token },
        reconnectDelay: 100,
        debug: note,
        onConnect: () => onConnect(client),
      });
      client.activate();
      return { stop: () => client.deactivate() };
    },
  };

  class User {
    constructor(game, id) {
      Object.assign(this, { game, id, states: [], verdicts: [], connections: 0, losses: 0, waiting: [] });
    }

    /* What its client says of itself: told when the game fails. */
    note(text) {
      this.game.trail.push(`${Date.now() - this.game.begin} ${this.id} ${text.slice(0, 120)}`);
    }

    async call(method, path, body) {
      const headers = this.token ? { Authorization: "Bearer " + this.token } : {};
      if (body)
        headers["Content-Type"] = "application/json";
      const answer = await fetch(this.game.api + path, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      if (!answer.ok)
        throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      try { return JSON.parse(text); } catch { return text; }
    }

    async login() {
      this.token = (await this.call("POST", `/auth/login?userId=${this.id}`)).token;
    }

    watch(roomId) {
      const { libraries, client } = this.game;
      const socket = () => {
        const one = this.game.socket();
        one.addEventListener("close", () => this.losses++);
        return one;
      };
      this.live = clients[client](libraries, socket, this.token, text => this.note(text), connection => {
        this.connections++;
        connection.subscribe(`/topic/room/${roomId}`, message => this.take(this.states, message));
        connection.subscribe("/user/queue/submissions", message => this.take(this.verdicts, message));
      });
    }

    /* Until it has noticed a cut and come back, or has nothing to notice. Some notice when they say something next,
     * a heart-beat after 10 s: Chromium tells nobody that a page which had begun to come (htmlfile) will not go on:
     * no event, and it is "loading" for ever (https://github.com/sockjs/sockjs-client/issues/64 is of the same kind).
     * Who comes back gets the time that it takes: another cut would catch it in the midst of that, over and over. */
    async returned(losses, connections) {
      const until = Date.now() + FELT_MS;
      while (this.losses === losses && Date.now() < until)
        await pause();
      while (this.losses > losses && this.connections === connections)
        await pause();
    }

    take(list, message) {
      list.push({ ...JSON.parse(message.body), connection: this.connections });
      this.waiting = this.waiting.filter(look => !look());
    }

    /* The newest state for which it holds. */
    until(what, holds) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`user ${this.id} waited for ${what}; last: ` +
          JSON.stringify(this.states.slice(-1)))), WAIT_MS);
        const look = () => {
          const state = this.states[this.states.length - 1];
          if (!state || !holds(state))
            return false;
          clearTimeout(timer);
          resolve(state);
          return true;
        };
        if (!look())
          this.waiting.push(look);
      });
    }
  }

  /* game: {api, users: [id, id], client, libraries, socket(), solutions: {title: code}, languageId, cut()}. */
  async function play(game) {
    Object.assign(game, { begin: Date.now(), trail: game.trail || [] });
    const [host, guest] = game.users.map(id => new User(game, id));
    for (const user of [host, guest])
      await user.login();
    const room = await host.call("POST", "/rooms/create");
    const both = (what, holds) => Promise.all([host, guest].map(user => user.until(what, holds)));
    host.watch(room.id);
    await host.until("the room", state => state.status === "WAITING");
    await guest.call("POST", `/rooms/join?roomId=${room.id}&password=${room.password}`);
    guest.watch(room.id);
    await both("two participants", state => state.status === "WAITING");
    await host.call("POST", `/rooms/start?roomId=${room.id}`);
    await both("the start", state => state.status === "ACTIVE");

    /* Who polls may just have no connection that could be cut, so until both have come back. */
    while (host.connections < 2 || guest.connections < 2) {
      host.note("all connections are cut");
      const returns = [host, guest].map(user => user.returned(user.losses, user.connections));
      await game.cut();
      await Promise.all(returns);
    }
    await both("coming back", state => state.status === "ACTIVE" && state.connection > 1);
    const settled = guest.connections; // the last cut may not have been felt by everybody yet

    const problems = await guest.call("GET", `/rooms/problems?roomId=${room.id}`);
    for (const problem of problems)
      await guest.call("POST", "/rooms/submit", { roomId: room.id, problemId: problem.id,
                                                  code: game.solutions[problem.title], languageId: game.languageId });
    await both("all solved", state => state.leaderboard.some(row => row.solved === problems.length));
    const result = await host.call("POST", `/rooms/end?roomId=${room.id}`);
    await both("the end", state => state.status === "FINISHED");
    await Promise.all([host.live.stop(), guest.live.stop()]);

    for (const user of [host, guest]) {
      const versions = user.states.filter(state => state.connection === user.connections).map(state => state.version);
      if (versions.some((version, i) => i && version <= versions[i - 1]))
        throw new Error(`versions went back: ${versions}`);
    }
    const accepted = guest.verdicts.filter(verdict => verdict.status === "Accepted");
    const missed = guest.connections !== settled; // verdicts are pushed once: those of the time between are
    const all = new Set(accepted.map(verdict => verdict.id)).size === problems.length; // asked for, not pushed
    if ((!all && !missed) || host.verdicts.length)
      throw new Error(`verdicts: ${JSON.stringify([host.verdicts, guest.verdicts])}`);
    if (result.winnerUserId !== guest.id)
      throw new Error(`winner: ${JSON.stringify(result)}`);
    return { connections: [host.connections, guest.connections] };
  }

  if (typeof module === "object" && module.exports)
    module.exports = play;
  else
    root.play = play;
}(this));
