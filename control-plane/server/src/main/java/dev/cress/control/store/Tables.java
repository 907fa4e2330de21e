package dev.cress.control.store;

/// All of the store within one transaction.
record Tables(
        Transaction transaction,
        RevisionLog log,
        Modules modules,
        Bundles bundles,
        Functions functions,
        Deployments deployments,
        Releases releases,
        Tokens tokens,
        KnownNodes nodes) {
    static Tables in(Transaction transaction) {
        var log = new RevisionLog(transaction);
        var modules = new Modules(transaction);
        var bundles = new Bundles(transaction);
        var deployments = new Deployments(transaction);
        var functions = new Functions(transaction, modules, bundles, deployments);
        var routes = new Routes(transaction);
        return new Tables(
                transaction,
                log,
                modules,
                bundles,
                functions,
                deployments,
                new Releases(transaction, log, functions, deployments, routes),
                new Tokens(transaction),
                new KnownNodes(transaction));
    }
}
