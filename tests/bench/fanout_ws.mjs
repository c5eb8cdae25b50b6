// What bench_fanout measures against: Node's `ws`, sending every message it gets to everyone.
// Usage: node fanout_ws.mjs FOLDER-WITH-NODE_MODULES
import { createRequire } from "node:module";
import { join } from "node:path";

const { WebSocketServer, WebSocket } = createRequire(join(process.argv[2], "package.json"))("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, maxPayload: 65536 });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    for (const member of server.clients) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: isBinary });
    }
  });
});
server.on("listening", () => console.log(process.pid, server.address().port));
