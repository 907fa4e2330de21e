package dev.cress.wasm.code;

import dev.cress.wasm.stop.StopFlag;

import java.util.Map;
import java.util.Set;

/// Defines the classes of one guest's code. Besides them it shows only what compiled code needs of
/// the engine and of the platform, by name: whatever else a class file asks for isn't there.
final class GuestLoader extends ClassLoader {
    private static final Set<String> SHOWN =
            Set.of(
                    "dev.cress.wasm.code.GuestOps",
                    "java.lang.Class",
                    "java.lang.Double",
                    "java.lang.Float",
                    "java.lang.Integer",
                    "java.lang.Long",
                    "java.lang.Math",
                    "java.lang.Object",
                    "java.lang.RuntimeException",
                    "java.lang.StackOverflowError",
                    "java.lang.String",
                    "java.lang.Throwable",
                    "java.lang.invoke.CallSite",
                    "java.lang.invoke.MethodHandles$Lookup",
                    "java.lang.invoke.MethodType",
                    "run.endive.runtime.CallResult",
                    "run.endive.runtime.ImportFunction",
                    "run.endive.runtime.ImportValues",
                    "run.endive.runtime.Instance",
                    "run.endive.runtime.Machine",
                    "run.endive.runtime.Memory",
                    "run.endive.runtime.OpcodeImpl",
                    "run.endive.runtime.TableInstance",
                    "run.endive.runtime.TrapException",
                    "run.endive.runtime.GlobalInstance",
                    "run.endive.runtime.WasmFunctionHandle",
                    "run.endive.runtime.WasmRuntimeException",
                    "run.endive.runtime.internal.CompilerInterpreterMachine",
                    "run.endive.wasm.InvalidException",
                    "run.endive.wasm.WasmEngineException",
                    "run.endive.wasm.WasmModule",
                    "run.endive.wasm.types.TypeSection",
                    "run.endive.wasm.types.ValType",
                    "run.endive.wasm.types.Value");

    private final Map<String, byte[]> classes;
    private final StopFlag stopFlag;

    /// @param classes class files by their binary names
    /// @param stopFlag what the poll asks
    GuestLoader(Map<String, byte[]> classes, StopFlag stopFlag) {
        super("guest", GuestLoader.class.getClassLoader());
        this.classes = Map.copyOf(classes);
        this.stopFlag = stopFlag;
    }

    StopFlag stopFlag() {
        return stopFlag;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = classes.get(name);
            if (bytes != null) {
                return defineClass(name, bytes, 0, bytes.length);
            }
            if (SHOWN.contains(name)) {
                return super.loadClass(name, resolve);
            }
            throw new ClassNotFoundException(name + " is not for guests");
        }
    }
}
