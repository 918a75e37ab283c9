"""Firefox Translations students: small Marian transformers that run on a processor with numpy.

The students (Junczys-Dowmunt et al. 2018, Kim et al. 2019, Bogoychev et al. 2020) are read from
the files that Mozilla publishes, a model, its vocabularies and a lexical shortlist for each pair
of languages, and give translations, word links and log-probabilities. `student.Student` is the
face of the package; the engines that translate and align build on it.
"""
