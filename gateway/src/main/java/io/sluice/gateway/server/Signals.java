package io.sluice.gateway.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals from the operating system. The JDK supports only shutdown hooks, which cannot tell signals apart and run
 * once. Like other programs, this one uses the JDK's unsupported class; by reflection, because the compiler warns about
 * any other use.
 */
public final class Signals {

    private static final String SIGNAL = "sun.misc.Signal";

    private Signals() {}

    /**
     * Runs an action at each occurrence of a signal, instead of the JVM's default.
     *
     * @param name such as {@code HUP}, without SIG
     * @param action runs on a new thread
     * @return whether the system has that signal, and allows this program to handle it
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
                default -> "handler of SIG" + name;
            };
            Object handling = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, running);
            Object named = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, named, handling);
            return true;
        } catch (InvocationTargetException e) {
            // Windows has no SIGHUP; java -Xrs reserves SIGTERM.
            return false;
        } catch (ReflectiveOperationException e) {
            // A runtime that was reduced to fewer modules.
            return false;
        }
    }
}
