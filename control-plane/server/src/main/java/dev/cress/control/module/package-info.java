/// Uploaded modules on their way in: received, checked the whole way, stored. Start with [Uploads];
/// [ModulePreparer] is what whoever embeds the control plane has to bring. [Pushes] takes them from
/// registry tools, [PreparedImages] hands to nodes what became of them.
@NullMarked
package dev.cress.control.module;

import org.jspecify.annotations.NullMarked;
