package dev.cress.wasm.code;

import run.endive.runtime.CallResult;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.OpcodeImpl;
import run.endive.runtime.TableInstance;
import run.endive.runtime.internal.CompilerInterpreterMachine;
import run.endive.wasm.types.Value;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.reflect.AccessFlag;
import java.util.Map;
import java.util.Set;

/// Checks compiled classes before they are defined, whoever signed them: that they hold nothing but
/// what the compiler makes, call nothing but what a guest needs, and can be stopped, since every
/// loop and every circle of calls has the poll. The JVM's own verifier is the second wall.
///
/// Not checked: that they do what the module says. A class that computes something else harms
/// nobody but its own tenant.
final class Admission {
    private static final String OBJECT = "java/lang/Object";
    private static final String STACK_OVERFLOW = "java/lang/StackOverflowError";

    /// What of the engine compiled code calls besides its helper, by class; empty stands for all.
    private static final Map<String, Set<String>> CALLED =
            Map.of(
                    OBJECT,
                    Set.of("<init>"),
                    "java/lang/Long",
                    Set.of("valueOf", "longValue"),
                    name(OpcodeImpl.class),
                    Set.of(),
                    name(Value.class),
                    Set.of("floatToLong", "longToFloat", "doubleToLong", "longToDouble"),
                    name(Instance.class),
                    Set.of(
                            "memory",
                            "table",
                            "setElement",
                            "isTailCallPending",
                            CodeCheck.TAKE_TAIL_CALL,
                            "tailCallArgs",
                            "tailCallRefArgs",
                            CodeCheck.CLEAR_TAIL_CALL),
                    name(TableInstance.class),
                    Set.of("instance", "requiredRef"),
                    name(CallResult.class),
                    Set.of("of", "longs", "refs", "longResult", "refResult"),
                    name(CompilerInterpreterMachine.class),
                    Set.of("<init>", "call", "callWithRefs"));

    /// What a machine keeps: its instance, and who interprets what isn't compiled.
    private static final Set<String> KEPT =
            Set.of(
                    Instance.class.descriptorString(),
                    CompilerInterpreterMachine.class.descriptorString());

    private static final Set<AccessFlag> KEPT_FLAGS = Set.of(AccessFlag.PRIVATE, AccessFlag.FINAL);

    private final String helper;
    private final Set<String> own;
    private final CallGraph calls = new CallGraph();

    private Admission(String helper, Set<String> own) {
        this.helper = helper;
        this.own = own;
    }

    /// Refuses classes that don't pass.
    ///
    /// @param helper internal name of the helper class
    /// @param own internal names of all classes but the helper, and their bytes
    static void check(String helper, Map<String, byte[]> own) {
        var admission = new Admission(helper, own.keySet());
        own.forEach(admission::checkClass);
        admission.calls.checkCircles();
    }

    private void checkClass(String name, byte[] bytes) {
        ClassModel model = ClassFile.of().parse(bytes);
        require(model.thisClass().asInternalName().equals(name), name, "has another name");
        require(
                model.superclass().map(ClassEntry::asInternalName).orElse("").equals(OBJECT),
                name,
                "extends a class");
        for (ClassEntry face : model.interfaces()) {
            require(
                    face.asInternalName().equals(name(Machine.class)),
                    name,
                    "implements " + face.asInternalName());
        }
        for (FieldModel field : model.fields()) {
            checkField(name + "." + field.fieldName(), field);
        }
        for (MethodModel method : model.methods()) {
            checkMethod(name, method);
        }
    }

    private static void checkField(String where, FieldModel field) {
        Set<AccessFlag> flags = field.flags().flags();
        require(flags.equals(KEPT_FLAGS), where, "is " + flags);
        String type = field.fieldType().stringValue();
        require(KEPT.contains(type), where, "is of type " + type);
    }

    private void checkMethod(String owner, MethodModel method) {
        String where = owner + "." + method.methodName() + method.methodType();
        Set<AccessFlag> flags = method.flags().flags();
        require(
                Set.of(AccessFlag.PUBLIC, AccessFlag.STATIC).containsAll(flags),
                where,
                "is " + flags);
        require(!method.methodName().equalsString("<clinit>"), where, "is a static initialiser");
        // the JVM would call it on a thread of its own, which nobody stops
        require(!method.methodName().equalsString("finalize"), where, "is a finalizer");
        CodeModel code = method.code().orElseThrow(() -> refused(where, "has no code"));
        for (ExceptionCatch handler : code.exceptionHandlers()) {
            String caught = handler.catchType().map(ClassEntry::asInternalName).orElse("anything");
            require(caught.equals(STACK_OVERFLOW), where, "catches " + caught);
        }
        new CodeCheck(where, this, calls.method(owner, method)).check(code);
    }

    boolean isOwn(String type) {
        return own.contains(type);
    }

    boolean isHelper(String type) {
        return type.equals(helper);
    }

    /// Whether compiled code may call this.
    boolean mayCall(String type, HelperClass.Signature method) {
        if (isOwn(type)) {
            return true;
        }
        if (isHelper(type)) {
            return HelperClass.offers(method);
        }
        Set<String> called = CALLED.get(type);
        return called != null && (called.isEmpty() || called.contains(method.name()));
    }

    static void require(boolean holds, String where, String what) {
        if (!holds) {
            throw refused(where, what);
        }
    }

    static LinkageError refused(String where, String what) {
        return new LinkageError("compiled code is refused: %s %s".formatted(where, what));
    }

    private static String name(Class<?> type) {
        return type.getName().replace('.', '/');
    }
}
