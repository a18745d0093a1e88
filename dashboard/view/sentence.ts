/** The decision in words, without the namespace where it is the route's own. */
export const sentenceOf = ({ sentence, namespace }: { sentence: string; namespace: string }): string =>
  sentence.replaceAll(`${namespace}/`, '')
