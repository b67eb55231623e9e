"""Every error that a person may read. The docstring of a class is its sentence.

Caught once in the bot (`bot.errors`) and once in the command line (`doctor_llama.cli`).
"""


class DoctorLlamaError(Exception):
    """Something went wrong."""

    exit_code = 1  # of the command that meets it; the others are those of sysexits.h

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or type(self).__doc__)


class SettingsError(DoctorLlamaError):
    """The settings are not valid."""


class MessagesFileError(DoctorLlamaError):
    """The file of messages cannot be read."""


class DatabaseError(DoctorLlamaError):
    """The database cannot be used."""


class DatabaseOutdatedError(DatabaseError):
    """The database is at another revision than this program. Run: doctor-llama db upgrade"""


class ModelUnavailableError(DoctorLlamaError):
    """The model cannot be loaded."""

    exit_code = 78


class AdapterError(DoctorLlamaError):
    """The adapter cannot be loaded."""

    exit_code = 78


class WrongBaseError(AdapterError):
    """The adapter was made for another base model."""


class TrainedEmbeddingsError(AdapterError):
    """The adapter's embeddings were trained; it needs the base model to itself."""


class RestartNeededError(DoctorLlamaError):
    """The model must be loaded anew to answer with another adapter."""

    exit_code = 75


class RegistryError(DoctorLlamaError):
    """The registry of adapters cannot do that."""


class ReviewError(DoctorLlamaError):
    """That cannot be decided in review."""


class TrainingError(DoctorLlamaError):
    """The training cannot do that."""


class EngineError(DoctorLlamaError):
    """The engine could not answer."""


class InvalidRequestError(EngineError):
    """The engine was asked for something it cannot do."""


class EngineDownError(EngineError):
    """The engine stopped and could not be restarted."""

    exit_code = 70


class RecipeError(DoctorLlamaError):
    """The recipe is not valid."""


class DatasetError(DoctorLlamaError):
    """The data set cannot be used."""


class StoppedError(TrainingError):
    """The training was stopped; the same command goes on from there."""

    exit_code = 130


class NothingToLearnError(TrainingError):
    """There is no approved feedback that the adapter does not know yet."""


class TooLittleMemoryError(TrainingError):
    """The training does not fit into the memory of this machine."""


class TooLittleDiskError(TrainingError):
    """The training's files do not fit onto the disk."""


class QueueFullError(DoctorLlamaError):
    """Too many questions are waiting right now. Please try again later."""


class TooManyWaitingError(DoctorLlamaError):
    """You already have several questions waiting."""


class AlreadyRunningError(DoctorLlamaError):
    """Another process is doing this already."""

    exit_code = 73


class ChatPageError(DoctorLlamaError):
    """The chat page could not be started."""


class DeafError(DoctorLlamaError):
    """Telegram has not been heard for too long."""

    exit_code = 70


class ConsentNeededError(DoctorLlamaError):
    """Nothing may be stored before you have agreed to it."""


class NotYoursError(DoctorLlamaError):
    """Only the person who asked can do that."""


class NotYetError(DoctorLlamaError):
    """That was too many for now. Please come back later."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds  # until there is room again


class TooFastError(NotYetError):
    """You are asking very fast. Please wait a moment."""


class QuotaError(NotYetError):
    """You have asked as much as one person may in a day."""


class BusyError(NotYetError):
    """Very many people are asking right now. Please wait a moment."""


class ShutOutError(DoctorLlamaError):
    """You may not use this bot."""


class NobodyError(DoctorLlamaError):
    """Nothing is stored of that person."""


class OwnersError(DoctorLlamaError):
    """Owners are named in the settings, not here."""


class SamplesError(DoctorLlamaError):
    """The samples could not be written."""


class NotAllowedError(DoctorLlamaError):
    """Your role does not allow that."""


class TooLateError(DoctorLlamaError):
    """The answer to that question has begun already."""


class EvaluationError(DoctorLlamaError):
    """That cannot be evaluated."""


class ExportError(DoctorLlamaError):
    """The adapter cannot be exported like that."""


class TrialError(DoctorLlamaError):
    """The trial cannot be carried out."""
