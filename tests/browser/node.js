/* node node.js GAME: plays GAME (JSON, see play.js; with `transport` and `control`) and prints what came of
 * it. Libraries come from the folder in NODE_PATH. */
"use strict";

const play = require("./play.js");
const SockJS = require("sockjs-client");

const game = JSON.parse(process.argv[2]);
const seen = new Set();

function sock() {
  const socket = new SockJS(game.api + "/ws", null, { transports: game.transport, timeout: 20000 });
  socket.addEventListener("open", () => seen.add(socket.transport));
  return socket;
}

function webSocket() {
  seen.add("none");
  return new (require("ws"))(game.api.replace(/^http/, "ws") + "/ws", ["v12.stomp", "v11.stomp", "v10.stomp"]);
}

play({
  ...game,
  libraries: { Stomp: require("stompjs"), StompJs: require("@stomp/stompjs") },
  socket: game.transport === "none" ? webSocket : sock,
  cut: () => fetch(game.control + "/cut", { method: "POST" }),
}).then(result => {
  console.log(JSON.stringify({ ...result, transports: [...seen] }));
  process.exit(0); // clients may have timers left
}, error => {
  console.error(error);
  process.exit(1);
});
