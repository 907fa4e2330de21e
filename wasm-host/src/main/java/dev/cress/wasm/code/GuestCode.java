package dev.cress.wasm.code;

import static java.util.stream.Collectors.toMap;

import dev.cress.wasm.stop.StopFlag;

import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.internal.ByteClassCollector;
import run.endive.compiler.internal.Compiler;
import run.endive.compiler.internal.CompilerResult;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;

import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A guest's code, ready to run. Thread-safe.
public final class GuestCode {
    private static final String HELPER_SUFFIX = "Shaded";

    /// How the engine says which it is.
    private static final Pattern TOO_LARGE =
            Pattern.compile("exceeds the Java method size limits.* WASM function index: (\\d+)");

    private final MethodHandle newMachine;
    private final StopFlag stopFlag;

    private GuestCode(MethodHandle newMachine, StopFlag stopFlag) {
        this.newMachine = newMachine;
        this.stopFlag = stopFlag;
    }

    /// What the compiler made of a module.
    ///
    /// @param main the binary name of the class that is its [Machine]
    /// @param classes class files by binary names, without the helper's
    /// @param interpreted indices of functions that are interpreted, imported ones counted
    public record Compiled(String main, Map<String, byte[]> classes, Set<Integer> interpreted) {
        public Compiled {
            classes = Map.copyOf(classes);
            interpreted = Set.copyOf(interpreted);
        }
    }

    /// Compiles a module's functions. Takes a good part of a second per MB.
    ///
    /// @param main a binary name for the main class, seen in profiles
    /// @param interpreted indices of functions not to compile, imported ones counted
    public static Compiled compile(WasmModule module, String main, Set<Integer> interpreted)
            throws FunctionTooLargeException {
        CompilerResult result;
        try {
            result =
                    Compiler.builder(module)
                            .withClassName(main)
                            .withInterpretedFunctions(interpreted)
                            .withInterpreterFallback(InterpreterFallback.FAIL)
                            .withClassCollectorFactory(ByteClassCollector::new)
                            .build()
                            .compile();
        } catch (WasmEngineException e) {
            Matcher tooLarge = TOO_LARGE.matcher(String.valueOf(e.getMessage()));
            if (tooLarge.find()) {
                throw new FunctionTooLargeException(Integer.parseInt(tooLarge.group(1)), e);
            }
            throw e;
        }
        Map<String, byte[]> classes =
                result.classBytes().entrySet().stream()
                        .collect(toMap(e -> e.getKey().replace('/', '.'), Map.Entry::getValue));
        classes.remove(main + HELPER_SUFFIX);
        return new Compiled(main, classes, result.interpretedFunctions());
    }

    /// Checks and defines the classes, which the JVM verifies now rather than at the first request.
    public static GuestCode load(Compiled compiled) {
        return load(compiled, new StopFlag());
    }

    static GuestCode load(Compiled compiled, StopFlag stopFlag) {
        String helper = compiled.main() + HELPER_SUFFIX;
        Admission.check(
                internal(helper),
                compiled.classes().entrySet().stream()
                        .collect(toMap(e -> internal(e.getKey()), Map.Entry::getValue)));
        Map<String, byte[]> classes = new HashMap<>(compiled.classes());
        classes.put(
                helper, HelperClass.bytes(ClassDesc.of(helper), helpersCalled(compiled, helper)));
        var loader = new GuestLoader(classes, stopFlag);
        try {
            for (String name : classes.keySet()) {
                Class.forName(name, true, loader);
            }
            Class<?> main = loader.loadClass(compiled.main());
            MethodHandle constructor =
                    MethodHandles.publicLookup()
                            .findConstructor(
                                    main, MethodType.methodType(void.class, Instance.class))
                            .asType(MethodType.methodType(Machine.class, Instance.class));
            return new GuestCode(constructor, stopFlag);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("compiled classes don't fit together", e);
        }
    }

    private static String internal(String binaryName) {
        return binaryName.replace('.', '/');
    }

    private static Set<HelperClass.Signature> helpersCalled(Compiled compiled, String helper) {
        ClassDesc owner = ClassDesc.of(helper);
        Set<HelperClass.Signature> called = new HashSet<>();
        for (byte[] bytes : compiled.classes().values()) {
            for (var method : ClassFile.of().parse(bytes).methods()) {
                method.code()
                        .ifPresent(
                                code ->
                                        code.forEach(
                                                element -> {
                                                    if (element instanceof InvokeInstruction call
                                                            && call.owner()
                                                                    .asSymbol()
                                                                    .equals(owner)) {
                                                        called.add(HelperClass.signature(call));
                                                    }
                                                }));
            }
        }
        return called;
    }

    /// Read by the poll of this code's guests.
    public StopFlag stopFlag() {
        return stopFlag;
    }

    /// What runs the functions of this instance.
    public Machine machine(Instance instance) {
        try {
            return (Machine) newMachine.invokeExact(instance);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("a machine can't be made", e);
        }
    }
}
