package dev.cress.wasm.code;

import java.lang.classfile.MethodModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which compiled method calls which without the poll before it. A circle of such calls could run
/// on without ever being stopped. The helper's ways back into the guest poll themselves.
final class CallGraph {
    private final Map<String, Method> methods = new HashMap<>();

    /// One method, by what it calls unpolled.
    static final class Method {
        private final String key;
        private final List<String> unpolled = new ArrayList<>();
        private boolean pollsFirst;
        private Visit visit = Visit.NOT_YET;

        private Method(String key) {
            this.key = key;
        }

        void pollsFirst() {
            pollsFirst = true;
        }

        void callsUnpolled(String owner, HelperClass.Signature callee) {
            unpolled.add(key(owner, callee.name(), callee.type()));
        }
    }

    private enum Visit {
        NOT_YET,
        OPEN,
        DONE
    }

    Method method(String owner, MethodModel method) {
        String key =
                key(owner, method.methodName().stringValue(), method.methodType().stringValue());
        return methods.computeIfAbsent(key, Method::new);
    }

    private static String key(String owner, String name, String type) {
        return owner + "." + name + type;
    }

    void checkCircles() {
        methods.values().forEach(this::visit);
    }

    /// Depth first, without recursion: a guest decides how deep its calls nest.
    private void visit(Method from) {
        Deque<Method> path = new ArrayDeque<>();
        path.push(from);
        while (!path.isEmpty()) {
            Method method = path.peek();
            if (method.visit != Visit.NOT_YET) {
                path.pop();
                method.visit = Visit.DONE;
                continue;
            }
            method.visit = Visit.OPEN;
            for (String callee : method.unpolled) {
                Method next = methods.get(callee);
                if (next == null || next.pollsFirst || next.visit == Visit.DONE) {
                    continue;
                }
                if (next.visit == Visit.OPEN) {
                    throw Admission.refused(method.key, "calls in a circle without the poll");
                }
                path.push(next);
            }
        }
    }
}
