package io.sluice.gateway.cli.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On an option, or on a class of options: a change in the configuration file applies to new streams. An option without
 * this annotation keeps its value until a restart. Nothing else in the code knows which is which.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.TYPE})
public @interface Reloadable {

    /**
     * Whether the value can only be replaced by another one: setting or removing the option still needs a restart.
     *
     * @return false by default
     */
    boolean replaceOnly() default false;
}
