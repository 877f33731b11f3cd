/** The program: main, commands and their options. Nothing else depends on it. */
@NullMarked
package io.sluice.gateway.cli;

import org.jspecify.annotations.NullMarked;
