/// Uploaded modules on their way in: received, checked the whole way, stored. Start with [Uploads];
/// [ModulePreparer] is what whoever embeds the control plane has to bring.
@NullMarked
package dev.cress.control.module;

import org.jspecify.annotations.NullMarked;
