package dev.cress.wasm.code;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import run.endive.runtime.Instance;
import run.endive.runtime.Machine;

import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Class files that no compiler makes of a module aren't defined, and the message says why.
class AdmissionTest {
    private static final ClassDesc SELF = ClassDesc.of("guest.M");
    private static final ClassDesc HELPER = ClassDesc.of("guest.MShaded");
    private static final MethodTypeDesc VOID = ConstantDescs.MTD_void;
    private static final MethodTypeDesc TO_INT = MethodTypeDesc.of(ConstantDescs.CD_int);
    private static final int STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;

    private static byte[] type(Consumer<ClassBuilder> content) {
        return ClassFile.of().build(SELF, content);
    }

    private static byte[] method(String name, int flags, Consumer<CodeBuilder> code) {
        return type(type -> type.withMethodBody(name, VOID, flags, code));
    }

    private static byte[] code(Consumer<CodeBuilder> code) {
        return method("f", STATIC, code);
    }

    private static void check(byte[] type) {
        Admission.check("guest/MShaded", Map.of("guest/M", type));
    }

    private static void isRefused(byte[] type, String why) {
        assertThatExceptionOfType(LinkageError.class)
                .isThrownBy(() -> check(type))
                .withMessageStartingWith("compiled code is refused: guest/M")
                .withMessageContaining(why);
    }

    private static void isAdmitted(byte[] type) {
        assertThatCode(() -> check(type)).doesNotThrowAnyException();
    }

    private static CodeBuilder poll(CodeBuilder code) {
        return code.invokestatic(HELPER, "checkInterruption", VOID);
    }

    private static void callsRefused(ClassDesc owner, String name, MethodTypeDesc type) {
        isRefused(
                code(c -> c.invokestatic(owner, name, type).return_()),
                "calls "
                        + owner.packageName().replace('.', '/')
                        + "/"
                        + owner.displayName()
                        + "."
                        + name);
    }

    private static void constantRefused(ConstantDesc constant) {
        isRefused(code(c -> c.ldc(constant).pop().return_()), "has the constant ");
    }

    @Test
    void aStaticInitialiserIsRefused() {
        isRefused(
                method("<clinit>", ClassFile.ACC_STATIC, CodeBuilder::return_),
                "is a static initialiser");
    }

    @Test
    void aFinalizerIsRefused() {
        isRefused(method("finalize", ClassFile.ACC_PUBLIC, CodeBuilder::return_), "is a finalizer");
    }

    @Test
    void aNativeMethodIsRefused() {
        isRefused(
                type(t -> t.withMethod("f", VOID, STATIC | ClassFile.ACC_NATIVE, _ -> {})),
                "NATIVE");
    }

    @Test
    void monitorsAreRefused() {
        isRefused(
                method("f", STATIC | ClassFile.ACC_SYNCHRONIZED, CodeBuilder::return_),
                "SYNCHRONIZED");
        isRefused(code(c -> c.aconst_null().monitorenter().return_()), "has a MONITORENTER");
        isRefused(code(c -> c.aconst_null().monitorexit().return_()), "has a MONITOREXIT");
    }

    @Test
    void invokedynamicIsRefused() {
        var site = DynamicCallSiteDesc.of(bootstrap(), "f", VOID);
        isRefused(code(c -> c.invokedynamic(site).return_()), "has a INVOKEDYNAMIC");
    }

    private static DirectMethodHandleDesc bootstrap() {
        return ConstantDescs.ofCallsiteBootstrap(SELF, "b", ConstantDescs.CD_CallSite);
    }

    @Test
    void constantsThatAreNoNumbersAreRefused() {
        constantRefused("text");
        constantRefused(ConstantDescs.CD_Object);
        constantRefused(VOID);
        constantRefused(
                MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, SELF, "f", VOID));
        constantRefused(
                DynamicConstantDesc.ofNamed(
                        ConstantDescs.ofConstantBootstrap(SELF, "b", ConstantDescs.CD_int),
                        "c",
                        ConstantDescs.CD_int));
    }

    @Test
    void callsOfThePlatformAndTheHostAreRefused() {
        var exit = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
        isRefused(
                code(
                        c ->
                                c.iconst_0()
                                        .invokestatic(
                                                ClassDesc.of("java.lang.System"), "exit", exit)
                                        .return_()),
                "calls java/lang/System.exit(I)V");
        var current = MethodTypeDesc.of(ClassDesc.of("java.lang.Thread"));
        callsRefused(ClassDesc.of("java.lang.Thread"), "currentThread", current);
        var runtime = MethodTypeDesc.of(ClassDesc.of("java.lang.Runtime"));
        callsRefused(ClassDesc.of("java.lang.Runtime"), "getRuntime", runtime);
        callsRefused(ClassDesc.of("dev.cress.wasm.code.GuestLoader"), "stopFlag", VOID);
        callsRefused(ClassDesc.of("dev.cress.wasm.code.GuestOps"), "stopFlag", VOID);
        callsRefused(ClassDesc.of("dev.cress.wasm.stop.StopFlag"), "lower", VOID);
        callsRefused(HELPER, "noSuchMethod", VOID);
    }

    @Test
    void callsOfTheEngineThatNoGuestNeedsAreRefused() {
        var instance = ClassDesc.ofDescriptor(Instance.class.descriptorString());
        callsRefused(instance, "module", VOID);
        callsRefused(instance, "getMachine", VOID);
        callsRefused(instance, "exports", VOID);
    }

    @Test
    void fieldsOfOthersAreRefused() {
        var system = ClassDesc.of("java.lang.System");
        var stream = ClassDesc.of("java.io.PrintStream");
        isRefused(code(c -> c.getstatic(system, "out", stream).pop().return_()), "uses the field");
        isRefused(code(c -> c.getstatic(SELF, "f", stream).pop().return_()), "uses the field");
        isRefused(
                code(c -> c.aconst_null().getfield(system, "out", stream).pop().return_()),
                "uses the field java/lang/System.out");
    }

    private static byte[] field(ClassDesc kind, int flags) {
        return type(t -> t.withField("f", kind, flags));
    }

    /// One of a class that isn't there is found out by whoever asks for the fields, after a run.
    @Test
    void fieldsOfItsOwnAreRefusedButForWhatAMachineKeeps() {
        int kept = ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
        isAdmitted(field(ClassDesc.ofDescriptor(Instance.class.descriptorString()), kept));
        isRefused(field(ClassDesc.of("run.endive.runtime.None"), kept), "is of type Lrun/endive");
        isRefused(field(ConstantDescs.CD_int, kept), "is of type I");
        isRefused(field(ConstantDescs.CD_int, ClassFile.ACC_STATIC), "is [STATIC]");
    }

    @Test
    void newObjectsAreRefused() {
        isRefused(
                code(c -> c.new_(ConstantDescs.CD_Object).pop().return_()),
                "makes a java/lang/Object");
        isRefused(code(c -> c.new_(SELF).pop().return_()), "makes a guest/M");
    }

    @Test
    void handlersAreRefusedUnlessOfStackOverflow() {
        for (String caught : List.of("Throwable", "Error", "RuntimeException")) {
            var type = ClassDesc.of("java.lang." + caught);
            isRefused(
                    code(
                            c ->
                                    c.trying(b -> b.nop(), t -> t.catching(type, b -> b.pop()))
                                            .return_()),
                    "catches java/lang/" + caught);
        }
        isRefused(
                code(c -> c.trying(b -> b.nop(), t -> t.catchingAll(b -> b.pop())).return_()),
                "catches anything");
        var overflow = ClassDesc.of("java.lang.StackOverflowError");
        isAdmitted(
                code(
                        c ->
                                c.trying(b -> b.nop(), t -> t.catching(overflow, b -> b.pop()))
                                        .return_()));
    }

    /// A jump that no instruction makes: with little stack left, it is a loop.
    @Test
    void aHandlerBeforeWhatItGuardsIsRefused() {
        var overflow = ClassDesc.of("java.lang.StackOverflowError");
        isRefused(
                code(
                        c -> {
                            Label handler = c.newLabel();
                            Label from = c.newLabel();
                            Label to = c.newLabel();
                            c.aconst_null().labelBinding(handler).pop().labelBinding(from);
                            c.nop().labelBinding(to).return_();
                            c.exceptionCatch(from, to, handler, overflow);
                        }),
                "jumps backwards to a handler");
    }

    @Test
    void aJumpBackwardsIsRefusedWithoutThePollRightBeforeIt() {
        isRefused(code(c -> c.goto_(c.newBoundLabel())), "jumps backwards without the poll");
        isRefused(
                code(c -> poll(c).nop().goto_(c.startLabel())), "jumps backwards without the poll");
        isAdmitted(code(c -> poll(c).goto_(c.startLabel())));
    }

    @Test
    void aJumpBackwardsIsRefusedWhenOneCanJumpBetweenThePollAndIt() {
        isRefused(
                code(
                        c -> {
                            Label between = c.newLabel();
                            c.iconst_0().ifeq(between);
                            poll(c).labelBinding(between).goto_(c.startLabel());
                        }),
                "jumps backwards without the poll");
    }

    @Test
    void conditionalJumpsBackwardsAreRefused() {
        isRefused(
                code(c -> poll(c.iconst_0()).ifeq(c.startLabel()).return_()),
                "jumps backwards without the poll");
        isRefused(
                code(c -> poll(c.aconst_null()).ifnull(c.startLabel()).return_()),
                "jumps backwards without the poll");
    }

    @Test
    void switchesBackwardsAreRefusedWithoutThePoll() {
        isRefused(
                code(
                        c ->
                                c.iconst_0()
                                        .lookupswitch(
                                                c.startLabel(),
                                                List.of(SwitchCase.of(5, c.startLabel())))),
                "switches backwards without the poll");
        isRefused(
                code(
                        c -> {
                            Label last = c.newLabel();
                            c.iconst_0()
                                    .tableswitch(
                                            0, 0, last, List.of(SwitchCase.of(0, c.startLabel())))
                                    .labelBinding(last)
                                    .return_();
                        }),
                "switches backwards without the poll");
    }

    private static byte[] callingEachOther(boolean polled) {
        return type(
                t ->
                        t.withMethodBody("f", VOID, STATIC, c -> call(c, "g", polled))
                                .withMethodBody("g", VOID, STATIC, c -> call(c, "f", false)));
    }

    private static void call(CodeBuilder code, String name, boolean polled) {
        if (polled) {
            poll(code);
        }
        code.invokestatic(SELF, name, VOID).return_();
    }

    @Test
    void aCircleOfCallsWithoutThePollIsRefused() {
        isRefused(callingEachOther(false), "calls in a circle without the poll");
        isRefused(code(c -> c.invokestatic(SELF, "f", VOID).return_()), "calls in a circle");
        isAdmitted(callingEachOther(true));
    }

    @Test
    void aPollInOneBranchOnlyDoesNotCoverTheCallBehindIt() {
        isRefused(
                code(
                        c -> {
                            Label after = c.newLabel();
                            c.iconst_0().ifeq(after);
                            poll(c).labelBinding(after).invokestatic(SELF, "f", VOID).return_();
                        }),
                "calls in a circle");
    }

    private static CodeBuilder onInstance(CodeBuilder code, String name, MethodTypeDesc type) {
        return code.aload(0)
                .invokevirtual(
                        ClassDesc.ofDescriptor(Instance.class.descriptorString()), name, type);
    }

    private static byte[] onTailCalls(Consumer<CodeBuilder> code) {
        var type =
                MethodTypeDesc.of(
                        ConstantDescs.CD_void,
                        ClassDesc.ofDescriptor(Instance.class.descriptorString()));
        return type(t -> t.withMethodBody("f", type, STATIC, code));
    }

    @Test
    void aLoopOfTailCallsIsRefusedUnlessEachRoundClearsOne() {
        isRefused(
                onTailCalls(
                        c -> onInstance(c, "tailCallFuncId", TO_INT).pop().goto_(c.startLabel())),
                "jumps backwards without the poll");
        isRefused(
                onTailCalls(c -> onInstance(c, "clearTailCall", VOID).goto_(c.startLabel())),
                "jumps backwards without the poll");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab-test", "avatar", "hello", "json-check", "markdown", "token"})
    void whatTheCompilerMakesOfAnExampleIsAdmitted(String example)
            throws IOException, FunctionTooLargeException {
        Path folder = Path.of(System.getProperty("cress.root"), "examples", example);
        byte[] bytes = Files.readAllBytes(folder.resolve(example + ".wasm"));
        var compiled = GuestCode.compile(ModuleParser.parse(bytes), "guest.Example", Set.of());
        assertThatCode(() -> GuestCode.load(compiled)).doesNotThrowAnyException();
    }

    @Test
    void anotherSuperclassInterfaceOrNameIsRefused() {
        isRefused(type(t -> t.withSuperclass(ClassDesc.of("java.lang.Thread"))), "extends a class");
        isRefused(
                type(t -> t.withInterfaceSymbols(ClassDesc.of("java.lang.Runnable"))),
                "implements java/lang/Runnable");
        isRefused(ClassFile.of().build(ClassDesc.of("guest.Other"), _ -> {}), "has another name");
        isAdmitted(
                type(
                        t ->
                                t.withInterfaceSymbols(
                                        ClassDesc.ofDescriptor(Machine.class.descriptorString()))));
    }
}
