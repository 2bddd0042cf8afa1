/** Becomes a command that may open so many files at once. */
export const withFiles = (files: number): readonly string[] => ['sh', '-c', `ulimit -n ${files} && exec "$@"`, 'sh']
