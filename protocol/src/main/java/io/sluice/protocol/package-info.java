/** The control messages and media types that a client and the gateway exchange; the only place that knows JSON. */
@NullMarked
package io.sluice.protocol;

import org.jspecify.annotations.NullMarked;
