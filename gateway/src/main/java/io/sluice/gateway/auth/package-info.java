/**
 * Authorizers that decide by a key file, a signed token or an HTTP service, and what combines and restricts them. A
 * session calls them before it leases its stream key; they know only the request and the answer.
 *
 * <p>They are called on event loops and never block them: files and signatures use the scheduler for blocking work,
 * HTTP services Reactor Netty's own event loops. Each fails closed: an error refuses the client.
 */
@NullMarked
package io.sluice.gateway.auth;

import org.jspecify.annotations.NullMarked;
