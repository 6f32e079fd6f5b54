// What Fastify's documentation needs to be a site of its own: its links lead out of the folder, too.
export default { title: 'Fastify', ignoreDeadLinks: true };
