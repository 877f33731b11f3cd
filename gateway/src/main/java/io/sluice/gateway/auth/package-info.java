/**
 * Who may publish: authorizers that ask a file, a token's signature, or a service, and what joins and bounds them. Asked by a session
 * before it takes its key; they know the session's questions and answers, and nothing else of it.
 *
 * <p>They are called on event loops and never block one: files and signatures are for the scheduler of blocking work, services for Reactor
 * Netty's own loops. Each fails closed: what it cannot find out is an error, and the client is refused.
 */
@NullMarked
package io.sluice.gateway.auth;

import org.jspecify.annotations.NullMarked;
