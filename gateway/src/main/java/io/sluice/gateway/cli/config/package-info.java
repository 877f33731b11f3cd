/** Loading and reloading of the configuration: command line, environment and file merged into one. */
@NullMarked
package io.sluice.gateway.cli.config;

import org.jspecify.annotations.NullMarked;
