package dev.cress.wasm.code;

import run.endive.compiler.internal.Shaded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.CallSite;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The helper class of one image: the engine's own, cut down to the methods that the image calls,
/// with those of [GuestOps] in place of the engine's and with the poll. Each image has a copy, so
/// that what the JIT learns of one guest isn't mixed with another's. It is made where it is loaded,
/// never shipped.
final class HelperClass {
    static final String POLL = "checkInterruption";

    private static final ClassDesc TEMPLATE = desc(Shaded.class);
    private static final DynamicCallSiteDesc IS_STOPPING =
            DynamicCallSiteDesc.of(
                    ConstantDescs.ofCallsiteBootstrap(
                            desc(GuestOps.class), "stopFlag", desc(CallSite.class)),
                    "isRaised",
                    MethodTypeDesc.of(ConstantDescs.CD_boolean));

    private static final ClassModel ENGINES = ClassFile.of().parse(engines());
    private static final Map<Signature, Set<Signature>> CALLS = calls();
    private static final Set<Signature> OURS =
            Arrays.stream(GuestOps.class.getDeclaredMethods())
                    .filter(m -> Modifier.isPublic(m.getModifiers()))
                    .map(HelperClass::signature)
                    .collect(Collectors.toUnmodifiableSet());

    private HelperClass() {}

    /// A method's name and type.
    record Signature(String name, String type) {}

    /// Whether there is such a method to call.
    static boolean offers(Signature method) {
        return CALLS.containsKey(method);
    }

    /// The bytes of a helper class of this name with the methods wanted and those that they call.
    static byte[] bytes(ClassDesc name, Set<Signature> wanted) {
        Set<Signature> kept = closure(wanted);
        return ClassFile.of()
                .build(
                        name,
                        helper -> {
                            helper.withVersion(ENGINES.majorVersion(), 0)
                                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                                    .withMethodBody(
                                            ConstantDescs.CLASS_INIT_NAME,
                                            ConstantDescs.MTD_void,
                                            ClassFile.ACC_STATIC,
                                            code -> initialise(name, code));
                            for (MethodModel method : ENGINES.methods()) {
                                if (kept.contains(signature(method))) {
                                    add(helper, name, method);
                                }
                            }
                        });
    }

    /// Tail calls make a loop, and calls through the machine a circle, that the compiler doesn't
    /// poll in.
    private static boolean polls(Signature signature) {
        return signature.name().startsWith("setTailCall")
                || signature.name().startsWith("callIndirect");
    }

    private static void add(ClassBuilder helper, ClassDesc name, MethodModel method) {
        Signature signature = signature(method);
        if (isOurs(signature)) {
            helper.withMethodBody(
                    signature.name(),
                    MethodTypeDesc.ofDescriptor(signature.type()),
                    method.flags().flagsMask(),
                    code -> lead(code, signature));
        } else {
            CodeTransform code = renamed(name);
            helper.transformMethod(
                    method,
                    MethodTransform.transformingCode(
                            polls(signature) ? polling(name).andThen(code) : code));
        }
    }

    private static CodeTransform polling(ClassDesc name) {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                poll(name, code);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
    }

    private static void poll(ClassDesc name, CodeBuilder code) {
        code.invokestatic(name, POLL, ConstantDescs.MTD_void);
    }

    /// The engine's helper calls itself by its own name.
    private static CodeTransform renamed(ClassDesc name) {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.owner().asSymbol().equals(TEMPLATE)) {
                code.invokestatic(name, call.name().stringValue(), call.typeSymbol());
            } else {
                code.with(element);
            }
        };
    }

    private static boolean isOurs(Signature signature) {
        return OURS.contains(signature) || signature.name().equals(POLL);
    }

    /// The body of the poll.
    private static void ask(CodeBuilder code) {
        code.invokedynamic(IS_STOPPING)
                .ifThen(
                        stopping ->
                                stopping.invokestatic(
                                        desc(GuestOps.class),
                                        "stopIfInterrupted",
                                        ConstantDescs.MTD_void))
                .return_();
    }

    /// A body that calls our method of the same name and type.
    private static void lead(CodeBuilder code, Signature signature) {
        if (signature.name().equals(POLL)) {
            ask(code);
            return;
        }
        var type = MethodTypeDesc.ofDescriptor(signature.type());
        int slot = 0;
        for (ClassDesc parameter : type.parameterList()) {
            TypeKind kind = TypeKind.from(parameter);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
        }
        code.invokestatic(desc(GuestOps.class), signature.name(), type)
                .return_(TypeKind.from(type.returnType()));
    }

    /// Links the poll now: a guest that did so at the end of its stack would fail for good.
    private static void initialise(ClassDesc name, CodeBuilder code) {
        poll(name, code);
        code.return_();
    }

    private static Set<Signature> closure(Set<Signature> wanted) {
        Set<Signature> reached = new HashSet<>();
        Deque<Signature> open = new ArrayDeque<>(wanted);
        open.add(new Signature(POLL, "()V"));
        while (!open.isEmpty()) {
            Signature next = open.pop();
            if (reached.add(next) && !isOurs(next)) {
                open.addAll(CALLS.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }

    /// Which of its own methods each method of the engine's helper calls.
    private static Map<Signature, Set<Signature>> calls() {
        Map<Signature, Set<Signature>> calls = new HashMap<>();
        for (MethodModel method : ENGINES.methods()) {
            Set<Signature> called = new HashSet<>();
            method.code()
                    .ifPresent(
                            code ->
                                    code.forEach(
                                            element -> {
                                                if (element instanceof InvokeInstruction call
                                                        && call.owner()
                                                                .asSymbol()
                                                                .equals(TEMPLATE)) {
                                                    called.add(signature(call));
                                                }
                                            }));
            calls.put(signature(method), called);
        }
        return calls;
    }

    private static byte[] engines() {
        String file = Shaded.class.getSimpleName() + ".class";
        try (InputStream in = Objects.requireNonNull(Shaded.class.getResourceAsStream(file))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Signature signature(InvokeInstruction call) {
        return new Signature(call.name().stringValue(), call.type().stringValue());
    }

    private static Signature signature(MethodModel method) {
        return new Signature(method.methodName().stringValue(), method.methodType().stringValue());
    }

    private static Signature signature(Method method) {
        var type =
                MethodTypeDesc.of(
                        desc(method.getReturnType()),
                        Arrays.stream(method.getParameterTypes()).map(HelperClass::desc).toList());
        return new Signature(method.getName(), type.descriptorString());
    }

    private static ClassDesc desc(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }
}
