const NAMES = /pass(?:word|wd|phrase)|secret|token|credential|authorization|api[-_]?key|private[-_]?key/i

/** Whether a field by that name is for something that nobody else should read. */
export const isSecretName = (name: string): boolean => NAMES.test(name)
