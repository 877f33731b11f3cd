package io.sluice.gateway;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On an option, or on a class of options: a change of the configuration file holds for the streams that begin after it. What has no such
 * mark keeps its value until a restart. This is the only place that knows which is which.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.TYPE})
@interface Live {}
