// Answers `ok`, as text by itself.
export default { fetch: () => new Response("ok") };
