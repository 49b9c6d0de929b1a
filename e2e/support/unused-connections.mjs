// For `node --import`. Browsers open connections ahead of need; a server that closes waits for them as long as the browser keeps
// them. In front of a real one, whoever distributes the load has such connections.
import { Server } from 'node:http';

const { close, emit } = Server.prototype;
const open = new Set();

Server.prototype.emit = function (event, ...args) {
  if (event === 'connection') {
    const [socket] = args;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  }
  return emit.call(this, event, ...args);
};

Server.prototype.close = function (...args) {
  for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  return close.apply(this, args);
};
