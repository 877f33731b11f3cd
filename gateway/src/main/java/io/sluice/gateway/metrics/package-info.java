/**
 * Numbers for whoever watches the gateway. Beside the data flow: counts what sessions tell of themselves, at most once a second each, and
 * looks at their standing when it is asked.
 *
 * <p>Hears on the streams' event loops; is asked on any thread.
 */
@NullMarked
package io.sluice.gateway.metrics;

import org.jspecify.annotations.NullMarked;
