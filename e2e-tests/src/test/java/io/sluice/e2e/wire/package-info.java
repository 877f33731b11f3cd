/**
 * The client's end of the WebSocket, written on plain sockets, because it must be able to break every rule of RFC 6455
 * that a proper client library keeps. Each connection has one reading thread; sending happens on the caller's thread
 * and blocks while the gateway does not read, just as a test of backpressure needs it.
 */
@NullMarked
package io.sluice.e2e.wire;

import org.jspecify.annotations.NullMarked;
