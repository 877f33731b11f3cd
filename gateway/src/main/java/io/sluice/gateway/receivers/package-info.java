/**
 * The RTMP servers that streams are published to: which of them are known to be away, and when they are back. One state
 * per server, shared by all streams. Thread-safe; what waits has no thread.
 */
@NullMarked
package io.sluice.gateway.receivers;

import org.jspecify.annotations.NullMarked;
