package io.sluice.gateway.cli.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a class of options: the heading that they share in the help and in the annotated configuration file. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface OptionGroup {

    /**
     * The heading.
     *
     * @return one or two words, without a colon
     */
    String value();
}
