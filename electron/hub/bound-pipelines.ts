import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/** So many requests may be under way on one connection. Clients hardly send a second one before they have their answer. */
const MOST_UNDER_WAY = 16;

/**
 * Closes connections on which requests come without end before they are answered: answers wait for those before them, and a megabyte of requests
 * that nobody waits for was seen to become two gigabytes of answers.
 */
export function boundPipelines(server: FastifyInstance): void {
  const underWay = new WeakMap<Socket, number>();
  server.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    if (count <= MOST_UNDER_WAY) return done();
    // What Node has read already still comes here, and is dropped.
    reply.hijack();
    socket.destroy();
  });
  server.addHook('onResponse', (request, _, done) => {
    const { socket } = request.raw;
    underWay.set(socket, (underWay.get(socket) ?? 1) - 1);
    done();
  });
}
