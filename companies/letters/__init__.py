"""The letters about companies, people and sign-ins."""

from companies.letters.payouts import PayoutChanged
from companies.letters.people import Invited, MemberRemoved, SecondFactorRequired
from companies.letters.sign_ins import NewDevice
from companies.letters.visits import StaffCameIn

__all__ = ["Invited", "MemberRemoved", "NewDevice", "PayoutChanged", "SecondFactorRequired", "StaffCameIn"]
