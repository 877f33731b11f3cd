/** The gateway as a whole: its façade, its configuration and its {@code main}. */
@NullMarked
package io.sluice.gateway;

import org.jspecify.annotations.NullMarked;
