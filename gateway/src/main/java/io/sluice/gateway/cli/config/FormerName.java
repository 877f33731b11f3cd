package io.sluice.gateway.cli.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a renamed option: its old name, which still works as a flag, as an environment variable and in the configuration
 * file. It appears in no help, and each use is reported as deprecated.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface FormerName {

    /**
     * The old name.
     *
     * @return as in the configuration file, without dashes in front
     */
    String value();
}
