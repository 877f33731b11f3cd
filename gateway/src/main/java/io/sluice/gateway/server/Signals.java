package io.sluice.gateway.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals from the operating system. The JDK has no supported way to hear of them but the shutdown hook, which knows one signal and hears
 * it once; its own unsupported class is what every program takes. By reflection, because the compiler warns of any use, and cannot be told
 * not to.
 */
public final class Signals {

    private static final String SIGNAL = "sun.misc.Signal";

    private Signals() {}

    /**
     * Runs an action at each of a signal, in place of what the JVM would do.
     *
     * @param name such as {@code HUP}, without SIG
     * @param action runs on a thread of its own
     * @return whether the system has that signal, and leaves it to this program
     */
    public static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName(SIGNAL);
            Class<?> handler = Class.forName(SIGNAL + "Handler");
            InvocationHandler running = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "at SIG" + name;
            };
            Object handling = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, running);
            Object named = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, named, handling);
            return true;
        } catch (InvocationTargetException e) {
            // Windows has no SIGHUP; java -Xrs keeps SIGTERM to the JVM.
            return false;
        } catch (ReflectiveOperationException e) {
            // A runtime that was cut down to fewer modules.
            return false;
        }
    }
}
