/**
 * What an operator sees of the streams and does to them, by HTTP, on a listener of its own. Beside the data flow: it reads what sessions
 * have made known of themselves, and asks them to end.
 *
 * <p>Runs on the event loop of that listener; files are read on a scheduler that may block.
 */
@NullMarked
package io.sluice.gateway.admin;

import org.jspecify.annotations.NullMarked;
