/// Requests that guests send to other hosts. A guest's thread holds a [Call] and waits on it; the
/// run's event loop does the I/O, in a [Flight]; both meet under one lock of their [RunOutbound].
///
/// ```text
/// begin: URL read ([Target]) → manifest grants it → head checked ([OutboundHeaders]) → admitted
///        → names resolved ([Names]) → addresses checked ([AddressGuard]) → connection to one of
///          these very addresses ([Connections]) → request → answer
/// ```
///
/// Redirects are answers like others: a guest that follows one begins another request, which is
/// checked like the first.
@NullMarked
package dev.cress.node.outbound;

import org.jspecify.annotations.NullMarked;
